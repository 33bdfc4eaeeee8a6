// The parts of a day, put together as the chart and its table need them. Pure.
import type { Bucket } from '../../api/types';

export function isQuiet(buckets: Bucket[]): boolean {
  return buckets.every((one) => one.written.highlevel + one.written.mygadgetrepairs + one.failed === 0);
}

/** One row an hour, the newest first, without hours in which nothing was done. */
export function byHour(buckets: Bucket[]): Bucket[] {
  const hours = new Map<string, Bucket>();
  for (const one of buckets) {
    const at = new Date(one.at);
    at.setMinutes(0, 0, 0);
    const key = at.toISOString();
    const sum = hours.get(key) ?? {
      at: key,
      written: { highlevel: 0, mygadgetrepairs: 0 },
      seen: { highlevel: 0, mygadgetrepairs: 0 },
      failed: 0,
    };
    for (const side of ['highlevel', 'mygadgetrepairs'] as const) {
      sum.written[side] += one.written[side];
      sum.seen[side] += one.seen[side];
    }
    sum.failed += one.failed;
    hours.set(key, sum);
  }
  return [...hours.values()].filter((one) => !isQuiet([one])).reverse();
}
