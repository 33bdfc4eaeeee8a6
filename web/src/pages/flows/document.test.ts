import { describe, expect, it } from 'vitest';
import {
  canonical, deedOf, DEEDS, everyStep, exprForm, formOf, freshId, idFromTitle, inForm, move, newFlow, newStep, newTransform, operatorOf, toSend,
  transformOf, withOperator, type Flow,
} from './document';

const flow: Flow = {
  id: 'f',
  trigger: { on: 'mygadgetrepairs.ticket.ready' },
  step: [
    { id: 'task', call: 'highlevel.task.create', with: { title: 'x' } },
    { id: 'either', branch: { if: [], then: [{ id: 'wait', wait: { days: 1 } }], else: [{ id: 'each', for_each: { in: { pick: 'tickets' }, do: [{ id: 'stop', stop: 'x' }] } }] } },
  ],
};

describe('steps', () => {
  it('are found however deep they lie', () => {
    expect(everyStep(flow.step).map((step) => step.id)).toEqual(['task', 'either', 'wait', 'each', 'stop']);
  });

  it('get names of their own', () => {
    expect(freshId(flow, 'Wait')).toBe('wait_2');
    expect(freshId(flow, '…')).toBe('step');
    for (const deed of DEEDS) expect(deedOf(newStep(flow, deed))).toBe(deed);
  });

  it('move by one place, and not beyond the ends', () => {
    const list = ['a', 'b', 'c'];
    expect(move(list, 0, -1)).toBe(false);
    expect(move(list, 0, 1)).toBe(true);
    expect(list).toEqual(['b', 'a', 'c']);
    expect(move(list, 2, 1)).toBe(false);
  });
});

describe('conditions', () => {
  it('are edited as what they are', () => {
    expect(formOf({ pick: 'a', is: 1 })).toBe('compare');
    expect(formOf({ pick: 'a', filled: false })).toBe('compare');
    expect(formOf({ any: [] })).toBe('any');
    expect(formOf({ pick: 'a', is: 1, is_not: 2 })).toBe('written');
    expect(formOf({ count: { in: 'tickets' }, more_than: 1 })).toBe('written');
    expect(formOf({ pick: 'a', then: ['lower'], is: 'b' })).toBe('written');
  });

  it('keep their value with another operator where it fits', () => {
    expect(withOperator({ pick: 'a', is: 'x' }, 'is_not')).toEqual({ pick: 'a', is_not: 'x' });
    expect(withOperator({ pick: 'a', is: 'x' }, 'in')).toEqual({ pick: 'a', in: ['x'] });
    expect(withOperator({ pick: 'a', in: ['x', 'y'] }, 'is')).toEqual({ pick: 'a', is: 'x' });
    expect(withOperator({ pick: 'a', is: 'x' }, 'empty')).toEqual({ pick: 'a', filled: false });
    expect(operatorOf({ pick: 'a', filled: false })).toBe('empty');
    expect(withOperator({ pick: 'a', filled: false }, 'older_than')).toEqual({ pick: 'a', older_than: { days: 1 } });
  });
});

describe('values', () => {
  it('are edited as what they are', () => {
    expect(exprForm('x')).toBe('fixed');
    expect(exprForm(undefined)).toBe('fixed');
    expect(exprForm(['x', { id: 1 }])).toBe('fixed');
    expect(exprForm({ pick: 'a.b', then: ['lower'] })).toBe('pick');
    expect(exprForm({ template: 'x' })).toBe('template');
    expect(exprForm({ first_filled: [{ pick: 'a' }] })).toBe('first_filled');
    expect(exprForm({ first_filled: ['a'] })).toBe('written');
    expect(exprForm([{ id: { pick: 'a' } }])).toBe('written');
    expect(exprForm({ literal: { pick: 'a' } })).toBe('written');
  });

  it('keep what they can in another form', () => {
    expect(inForm({ pick: 'a.b' }, 'template')).toEqual({ template: '{{ a.b }}' });
    expect(inForm({ template: 'Call {{ contact.name }}' }, 'pick')).toEqual({ pick: 'contact.name' });
    expect(inForm('Call', 'template')).toEqual({ template: 'Call' });
    expect(inForm({ template: 'Call' }, 'fixed')).toBe('Call');
    expect(inForm({ template: '{{ a }}' }, 'fixed')).toBeUndefined();
  });

  it('are changed by words and by tables with one key', () => {
    expect(newTransform('upper')).toBe('upper');
    expect(newTransform('truncate')).toEqual({ truncate: 80 });
    expect(transformOf({ add_days: 2 })).toEqual({ name: 'add_days', given: 2 });
    expect(transformOf('lower')).toEqual({ name: 'lower', given: undefined });
  });
});

describe('a flow', () => {
  it('is sent without what is empty', () => {
    const sent = toSend({
      ...newFlow('a'), enabled: true, trigger: { on: 't', by: 'anyone', tags: [], contains: '' },
      step: [{ id: 'w', wait: { days: 2, hours: 0 } }, { id: 'c', call: 'x', with: { a: '', b: null, c: 0, d: false } }],
    });
    expect(sent).toEqual({
      flow: [{ id: 'a', title: '', trigger: { on: 't', by: 'anyone' }, step: [{ id: 'w', wait: { days: 2 } }, { id: 'c', call: 'x', with: { c: 0, d: false } }] }],
    });
  });

  it('is written with its names first, and compared whatever the order of its keys', () => {
    const mixed = { trigger: { by: 'anyone', on: 't' }, step: [{ with: { a: 1 }, call: 'x', id: 'c' }], id: 'a', title: 'A' } as Flow;
    expect(Object.keys(toSend(mixed).flow[0] ?? {})).toEqual(['id', 'title', 'trigger', 'step']);
    expect(JSON.stringify(toSend(mixed).flow[0]?.step)).toBe('[{"id":"c","call":"x","with":{"a":1}}]');
    expect(canonical({ b: [{ d: 1, c: 2 }], a: null })).toBe(canonical({ a: null, b: [{ c: 2, d: 1 }] }));
    expect(canonical({ a: 1 })).not.toBe(canonical({ a: 2 }));
  });

  it('gets a name out of its title', () => {
    expect(idFromTitle('Über Nacht: ready?')).toBe('uber-nacht-ready');
  });
});
