import { expect, test } from 'vitest';
import { reachOf } from './appointments';

test('without a calendar nothing goes back, and what is off goes nowhere', () => {
  expect(['', '[appointments]\nback = " "', '[appointments]\nback = "Repairs"', '[appointments]\nto = "off"\nback = "Repairs"'].map(reachOf)).toEqual(['shown', 'shown', 'both', 'off']);
});
