// What a run did, added up from its summary. Pure.

export interface Tally {
  made: number;
  updated: number;
  deleted: number;
  linked: number;
  failed: number;
}

export function tally(summary: unknown): Tally {
  const of = (name: string) => (summary as Record<string, unknown> | null)?.[name];
  return {
    made: sum(of('created')),
    updated: sum(of('updated')),
    deleted: sum(of('deleted')),
    linked: sum(of('linked')),
    failed: sum(of('failed')),
  };
}

/** Numbers, however deep they lie. */
function sum(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((all, one) => all + sum(one), 0);
}
