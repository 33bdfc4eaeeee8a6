import { describe, expect, it } from 'vitest';
import { about, blank, cleaned, fromJson, fromLocal, fromPointer, mistakes, read, toLocal, words, type Schema } from './model';

const TASK: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['title', 'contactId'],
  properties: {
    body: { type: 'string', title: 'Body' },
    title: { type: 'string', title: 'Title', description: 'What is to be done' },
    contactId: { type: 'string' },
    dueDate: { type: 'string', format: 'date-time' },
    completed: { type: 'boolean' },
    days: { type: 'integer', minimum: 1, maximum: 9 },
    email: { anyOf: [{ type: 'string', format: 'email' }, { type: 'null' }] },
    status: { enum: ['active', 'inactive'] },
    tags: { type: 'array', items: { type: 'string' } },
    fields: {
      type: 'array',
      items: { type: 'object', additionalProperties: false, required: ['id'], properties: { id: { type: 'string' }, value: {} } },
    },
  },
};

const form = read(TASK);

describe('a schema', () => {
  it('puts what must be there first and keeps the rest in order', () => {
    if (form.shape.is !== 'object') throw new Error('no object');
    expect(form.shape.members.map((member) => member.name).slice(0, 4)).toEqual(['title', 'contactId', 'body', 'dueDate']);
    expect(form.shape.members[1]?.title).toBe('Contact id');
  });

  it('takes null beside one shape as that shape, emptied', () => {
    expect(read({ anyOf: [{ type: 'string' }, { type: 'null' }] })).toEqual({ shape: { is: 'text' }, nullable: true });
    expect(read({ type: ['integer', 'null'] })).toEqual({ shape: { is: 'number', whole: true }, nullable: true });
    expect(read({ enum: ['a', null] })).toEqual({ shape: { is: 'choice', values: ['a'] }, nullable: true });
  });

  it('falls back to JSON for what no form fits', () => {
    for (const schema of [{}, true, undefined, { anyOf: [{ type: 'string' }, { type: 'object' }] },
      { type: 'object', additionalProperties: { type: 'string' } }, { type: ['string', 'integer'] }]) {
      expect(read(schema as Schema).shape.is).toBe('json');
    }
  });

  it('ends, however deep it goes', () => {
    const schema: Schema = { type: 'array' };
    schema.items = schema;
    expect(() => read(schema)).not.toThrow();
  });
});

describe('what was typed', () => {
  it('fits, when everything is there', () => {
    expect(mistakes(form, { title: 'Call', contactId: 'C1', dueDate: '2030-01-02T09:00:00Z', email: null, tags: ['a'] })).toEqual([]);
  });

  it('is told by its place', () => {
    const found = mistakes(form, {
      title: 'Call', days: 0, completed: 'yes', status: 'maybe', email: 'nobody', dueDate: 'tomorrow', fields: [{ id: 'a' }, {}], other: 1,
    });
    expect(found.map((one) => [one.path.join('.'), one.code])).toEqual([
      ['contactId', 'missing'],
      ['dueDate', 'not_instant'],
      ['completed', 'not_yes_no'],
      ['days', 'too_small'],
      ['email', 'not_email'],
      ['status', 'not_choice'],
      ['fields.1.id', 'missing'],
      ['other', 'unknown'],
    ]);
    expect(about(found, ['fields', 1, 'id'])).toHaveLength(1);
    expect(about(found, ['fields', 1])).toHaveLength(0);
  });

  it('loses what is empty, and nothing else', () => {
    expect(cleaned({ a: '', b: null, c: 0, d: false, e: { f: '' }, g: ['', 'x'], h: [] })).toEqual({ b: null, c: 0, d: false, g: ['x'], h: [] });
    expect(cleaned({ e: '' })).toBeUndefined();
    expect(cleaned({})).toEqual({});
  });

  it('begins empty', () => {
    expect(blank(form)).toEqual({});
    expect(blank(read({ type: 'array', items: {} }))).toEqual([]);
    expect(blank(read({ type: 'string' }))).toBeUndefined();
  });

  it('may be JSON', () => {
    expect(fromJson(' ')).toEqual({ value: undefined });
    expect(fromJson('{"a":[1]}')).toEqual({ value: { a: [1] } });
    expect(fromJson('{a')).toHaveProperty('wrong');
  });
});

describe('small things', () => {
  it('reads names of the wire as words', () => {
    expect(words('postalCode')).toBe('Postal code');
    expect(words('short_info')).toBe('Short info');
    expect(words('SMS')).toBe('Sms');
  });

  it('reads the places of the server', () => {
    expect(fromPointer('')).toEqual([]);
    expect(fromPointer('/fields/1/a~1b')).toEqual(['fields', 1, 'a/b']);
  });

  it('takes instants to the clock of the browser and back', () => {
    expect(fromLocal(toLocal('2030-01-02T09:00:00Z'))).toBe('2030-01-02T09:00:00Z');
    expect(fromLocal('')).toBeUndefined();
    expect(toLocal('soon')).toBe('');
  });
});
