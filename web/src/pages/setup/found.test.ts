import { expect, test } from 'vitest';
import { found } from './found';

test('a pair that the sync would make itself was not found', () => {
  const created = { highlevel: { contact: 20, task: 9, appointment: 1 }, mygadgetrepairs: { customer: 10, ticket: 0, appointment: 2, comment: 5 } };
  expect(found({ linked: { contact: 36, task: 9, appointment: 4, note: 0 }, created })).toEqual({ contact: 6, task: 0, appointment: 1, note: 0 });
});
