import { expect, test } from 'vitest';
import { tally } from './tally';

test('what a run did on both sides and of all kinds is added up', () => {
  const summary = {
    created: { highlevel: { contact: 2, task: 1 }, mygadgetrepairs: { customer: 3 } },
    updated: { highlevel: { contact: 1 }, mygadgetrepairs: {} },
    linked: { contact: 8, task: 1, appointment: 0 },
    failed: 5,
    agreement: { agree: 10, fields: 20 },
  };
  expect(tally(summary)).toEqual({ made: 6, updated: 1, deleted: 0, linked: 3, failed: 5 });
});

test('a pair that the run made was not found', () => {
  const made = { created: { highlevel: { contact: 83 }, mygadgetrepairs: { ticket: 2 } } };
  expect(tally({ ...made, linked: { contact: 83, task: 1 } }).linked).toBe(0);
  expect(tally({ linked: { contact: 4 } }).linked).toBe(4);
});

test('a run without a summary did nothing', () => {
  const nothing = { made: 0, updated: 0, deleted: 0, linked: 0, failed: 0 };
  expect(tally(null)).toEqual(nothing);
  expect(tally({ held: 54, requests: { highlevel: 2 } })).toEqual(nothing);
});
