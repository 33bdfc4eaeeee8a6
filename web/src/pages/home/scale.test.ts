import { expect, test } from 'vitest';
import { ticks } from './scale';

test('steps are round, and the last is not below the most', () => {
  expect(ticks(67)).toEqual([0, 20, 40, 60, 80]);
  expect(ticks(3)).toEqual([0, 1, 2, 3]);
  expect(ticks(0)).toEqual([0]);
  expect(ticks(100)).toEqual([0, 50, 100]);
});
