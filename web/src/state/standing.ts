// How a shop stands, in one word and in what it needs of a person. Pure.
import type { ShopOverview } from '../api/types';
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
  if (needs(status).some((need) => need.code.startsWith('not_connected'))) return 'unconnected';
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
  where: 'setup' | 'review' | 'activity' | 'flows' | 'settings' | 'here' | null;
}

export function needs(status: ShopOverview['status']): Need[] {
  return status.reasons.map(read);
}

// The reasons name the command that mends them; here the page is named instead.
const COMMAND = / ?\(`repairbridge [^`]*`\)|[;,]? ?`repairbridge [^`]*`[^.;]*/;
const KINDS: [RegExp, code: string, where: Need['where']][] = [
  [/^HighLevel is not connected/, 'not_connected.highlevel', 'setup'],
  [/^MyGadgetRepairs is not connected/, 'not_connected.mygadgetrepairs', 'setup'],
  [/shop resume /, 'paused', 'here'],
  [/ people need a decision/, 'review', 'review'],
  [/ values? (was|were) changed on both sides/, 'conflicts', 'review'],
  [/ writes? (was|were) refused/, 'failed', 'activity'],
  [/repairbridge flow /, 'flow', 'flows'],
  [/repairbridge connect /, 'installation', 'setup'],
  [/repairbridge check /, 'last_run', 'setup'],
];

/** The server's words without the command that mends it, where a button does. */
export function withoutCommand(says: string): string {
  return says.replace(COMMAND, '').replace(/ ?\(--[^)]*\)/, '');
}

function read(reason: string): Need {
  const [, code, where] = KINDS.find(([pattern]) => pattern.test(reason)) ?? [null, 'other', null];
  const number = /^(\d+) /.exec(reason)?.[1];
  return { code, says: withoutCommand(reason), count: number === undefined ? null : Number(number), where };
}
