// Which pairs of a preview were found, and not made by it. Pure.
import type { PreviewFound } from './types';

/** What a kind is called on either side of what would be made. */
const MADE: Record<string, string> = { contact: 'customer', task: 'ticket', note: 'comment', appointment: 'appointment' };

/** Pairs by kind, of records that are there on both sides already: the API counts those with them that would be made. */
export function found({ linked, created }: Pick<PreviewFound, 'linked' | 'created'>): Record<string, number> {
  const pairs = Object.entries(linked).map(([kind, all]) => {
    const made = (created.highlevel[kind] ?? 0) + (created.mygadgetrepairs[MADE[kind] ?? kind] ?? 0);
    return [kind, Math.max(0, all - made)];
  });
  return Object.fromEntries(pairs);
}
