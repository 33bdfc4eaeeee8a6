// Held values, gathered by what holds them. Pure.
import type { Differences, People } from '../../api/types';

export interface HeldBy {
  field: string;
  reason: string;
  /** `name` as far as it is known whose it is. */
  records: { id: string; isPerson: boolean; name: string | null }[];
}

/** One entry a field and reason, the most records first. The differences tell numbers only; names are those of `people`. */
export function byReason(differences: Differences['differences'], people: People['people'] = []): HeldBy[] {
  const names = new Map(people.map((one) => [one.mygadgetrepairs, one.name]));
  const found = new Map<string, HeldBy>();
  for (const { kind, mygadgetrepairs, reference, fields } of differences) {
    for (const one of fields) {
      if (!('reason' in one)) continue;
      const key = `${one.field} ${one.reason}`;
      const entry = found.get(key) ?? { field: one.field, reason: one.reason, records: [] };
      found.set(key, entry);
      const isPerson = kind === 'contact';
      entry.records.push({ id: reference ?? mygadgetrepairs, isPerson, name: (isPerson ? names.get(mygadgetrepairs) : null) ?? null });
    }
  }
  return [...found.values()].sort((one, other) => other.records.length - one.records.length);
}
