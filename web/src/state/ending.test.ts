import { expect, test } from 'vitest';
import { texts } from '../texts/en';
import { ending } from './ending';

const now = new Date(2026, 6, 1, 17, 34, 0);
const inSeconds = (n: number) => ending(new Date(now.getTime() + n * 1000), now, texts, 'en-GB');

test('no time is told that is past or nearly so', () => {
  expect(inSeconds(-60)).toBe('done in a few minutes');
  expect(inSeconds(119)).toBe('done in a few minutes');
  expect(inSeconds(170)).toMatch(/^3 mins?, done around 17:36$/);
  expect(inSeconds(2 * 3600 + 10)).toMatch(/^2 hrs? 1 min, done around 19:34$/);
});
