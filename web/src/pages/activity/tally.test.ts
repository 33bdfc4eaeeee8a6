import { expect, test } from 'vitest';
import { didSomething, tally } from './tally';

test('what a run did on both sides and of all kinds is added up', () => {
  const summary = {
    created: { highlevel: { contact: 2, task: 1 }, mygadgetrepairs: { customer: 3 } },
    updated: { highlevel: { contact: 1 }, mygadgetrepairs: {} },
    linked: { contact: 4 },
    failed: 5,
    agreement: { agree: 10, fields: 20 },
  };
  expect(tally(summary)).toEqual({ made: 6, updated: 1, deleted: 0, linked: 4, failed: 5 });
});

test('a run without a summary did nothing', () => {
  expect(didSomething(tally(null))).toBe(false);
  expect(didSomething(tally({ held: 54, requests: { highlevel: 2 } }))).toBe(false);
});
