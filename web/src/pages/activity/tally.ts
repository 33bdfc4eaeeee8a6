// What a run did, added up from its summary. Pure.
import { found } from '../setup/found';

export interface Tally {
  made: number;
  updated: number;
  deleted: number;
  /** Pairs that were there on both sides: those that the run made are among `made`. */
  linked: number;
  failed: number;
}

export function tally(summary: unknown): Tally {
  const of = (name: string) => (summary as Record<string, unknown> | null)?.[name];
  const sides = of('created') as Record<string, unknown> | undefined;
  const created = { highlevel: counts(sides?.['highlevel']), mygadgetrepairs: counts(sides?.['mygadgetrepairs']) };
  return {
    made: sum(of('created')),
    updated: sum(of('updated')),
    deleted: sum(of('deleted')),
    linked: sum(found({ linked: counts(of('linked')), created })),
    failed: sum(of('failed')),
  };
}

/** Numbers by kind, as far as there are any. */
function counts(value: unknown): Record<string, number> {
  return typeof value === 'object' && value !== null ? (value as Record<string, number>) : {};
}

/** Numbers, however deep they lie. */
function sum(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((all, one) => all + sum(one), 0);
}
