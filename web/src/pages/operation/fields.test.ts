import { expect, it } from 'vitest';
import { lines, type TypeWords } from './fields';

const words: TypeWords = {
  text: 'text', number: 'number', whole: 'whole', yesNo: 'yes or no', file: 'file', list: (of) => `list of ${of}`, object: 'object', anything: 'anything',
};

it('tells fields in lines, those inside after their own', () => {
  const found = lines(
    {
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'string', description: 'The first' },
        b: { type: 'object', properties: { c: { enum: ['x', 'y'] } } },
        d: { type: 'array', items: { type: 'object', properties: { e: { type: ['integer', 'null'] } } } },
        f: {},
      },
    },
    words,
  );
  expect(found).toEqual([
    { path: 'a', type: 'text', required: true, help: 'The first' },
    { path: 'b', type: 'object', required: false },
    { path: 'b.c', type: 'x | y', required: false },
    { path: 'd', type: 'list of object', required: false },
    { path: 'd[].e', type: 'whole', required: false },
    { path: 'f', type: 'anything', required: false },
  ]);
  expect(lines({}, words)).toEqual([]);
});
