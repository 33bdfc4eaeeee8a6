// The parts of a day, put together as the chart and its table need them. Pure.
import type { Bucket } from '../../api/types';

export function isQuiet(buckets: Bucket[]): boolean {
  return buckets.every((one) => one.written_highlevel + one.written_mygadgetrepairs + one.failed === 0);
}

const COUNTED = ['written_highlevel', 'written_mygadgetrepairs', 'seen_highlevel', 'seen_mygadgetrepairs', 'failed'] as const;

/** One row an hour, the newest first, without hours in which nothing was done. */
export function byHour(buckets: Bucket[]): Bucket[] {
  const hours = new Map<string, Bucket>();
  for (const one of buckets) {
    const at = new Date(one.from);
    at.setMinutes(0, 0, 0);
    const from = at.toISOString();
    const sum = hours.get(from);
    if (sum) for (const what of COUNTED) sum[what] += one[what];
    else hours.set(from, { ...one, from });
  }
  return [...hours.values()].filter((one) => !isQuiet([one])).reverse();
}
