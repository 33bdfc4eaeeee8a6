// How a shop stands, in one word and in what it needs of a person. Pure.
import type { NeedCode, ShopOverview } from '../api/types';
import type { Tone } from '../parts/tone';

export type Verdict =
  | 'unconnected'
  | 'paused'
  | 'stopped'
  | 'unapproved'
  | 'working'
  | 'attention'
  | 'underWay'
  | 'well';

const TONES: Record<Verdict, Tone> = {
  unconnected: 'stopped',
  paused: 'stopped',
  stopped: 'stopped',
  unapproved: 'attention',
  working: 'info',
  attention: 'attention',
  underWay: 'ok',
  well: 'ok',
};

export function verdict(shop: ShopOverview): { says: Verdict; tone: Tone } {
  const says = word(shop);
  return { says, tone: TONES[says] };
}

function word({ status, progress, paused, approved }: ShopOverview): Verdict {
  if (paused) return 'paused';
  if (needs(status).some((need) => need.code.startsWith('not_connected_'))) return 'unconnected';
  if (status.health === 'stopped') return 'stopped';
  if (!approved) return 'unapproved';
  if (progress.phase !== 'idle' && sum(progress.waiting) > 0) return 'working';
  if (status.health === 'attention') return 'attention';
  return status.backlog > 0 ? 'underWay' : 'well';
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** Something that a person can mend, and the page where. */
export interface Need {
  code: string;
  /** The server's own words. */
  says: string;
  count: number | null;
  where: Where | null;
  /** The step of the set-up. */
  step?: string;
}

type Where = 'setup' | 'review' | 'activity' | 'flows' | 'here';

const WHERE: Partial<Record<NeedCode, Where>> = {
  not_connected_highlevel: 'setup',
  not_connected_mygadgetrepairs: 'setup',
  installation: 'setup',
  rested: 'setup',
  last_run: 'setup',
  paused: 'here',
  review: 'review',
  conflicts: 'review',
  waiting: 'review',
  failed: 'activity',
  held: 'activity',
  flows: 'flows',
};

const STEP: Partial<Record<NeedCode, string>> = {
  not_connected_highlevel: 'highlevel',
  not_connected_mygadgetrepairs: 'mygadgetrepairs',
  installation: 'highlevel',
  rested: 'check',
  last_run: 'check',
};

export function needs(status: ShopOverview['status']): Need[] {
  return status.needs.map(({ code, says, count }) => ({
    code,
    says: withoutCommand(says),
    count: count ?? null,
    where: WHERE[code] ?? null,
    ...(STEP[code] ? { step: STEP[code] } : {}),
  }));
}

/** The server's words without the command that mends it, where a button does. */
export function withoutCommand(says: string): string {
  return says.replace(/ ?\(`repairbridge [^`]*`\)|[;,]? ?`repairbridge [^`]*`[^.;]*/, '').replace(/ ?\(--[^)]*\)/, '');
}
