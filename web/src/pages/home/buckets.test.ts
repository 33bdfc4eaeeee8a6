import { expect, test } from 'vitest';
import { byHour, isQuiet } from './buckets';

const bucket = (from: string, left: number, right = 1, failed = 0) => ({
  from,
  written_highlevel: left,
  written_mygadgetrepairs: right,
  seen_highlevel: 0,
  seen_mygadgetrepairs: 0,
  failed,
});

test('quarters of one hour are one row, the newest hour first, quiet hours left out', () => {
  const quiet = bucket('2026-03-01T11:00:00Z', 0, 0);
  const rows = byHour([bucket('2026-03-01T10:00:00Z', 2), bucket('2026-03-01T10:45:00Z', 3, 1, 1), quiet, bucket('2026-03-01T12:15:00Z', 1)]);
  expect(rows.map((one) => [one.from, one.written_highlevel, one.written_mygadgetrepairs, one.failed])).toEqual([
    ['2026-03-01T12:00:00.000Z', 1, 1, 0],
    ['2026-03-01T10:00:00.000Z', 5, 2, 1],
  ]);
  expect(isQuiet([quiet])).toBe(true);
});
