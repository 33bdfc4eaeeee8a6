// Held values, gathered by what holds them. Pure.
import type { Differences } from '../../api/types';

export interface HeldBy {
  field: string;
  reason: string;
  records: { id: string; isPerson: boolean }[];
}

/** One entry a field and reason, the most records first. */
export function byReason(differences: Differences['differences']): HeldBy[] {
  const found = new Map<string, HeldBy>();
  for (const { kind, mygadgetrepairs, reference, fields } of differences) {
    for (const one of fields) {
      if (!('reason' in one)) continue;
      const key = `${one.field} ${one.reason}`;
      const entry = found.get(key) ?? { field: one.field, reason: one.reason, records: [] };
      found.set(key, entry);
      entry.records.push({ id: reference ?? mygadgetrepairs, isPerson: kind === 'contact' });
    }
  }
  return [...found.values()].sort((one, other) => other.records.length - one.records.length);
}
