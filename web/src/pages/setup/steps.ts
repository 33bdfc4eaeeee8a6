// The steps of the set-up, and where a shop stands in them by what the server knows of it.

export const STEPS = ['shop', 'highlevel', 'mygadgetrepairs', 'check', 'choose', 'fields', 'preview', 'copy', 'live'] as const;
export type StepId = (typeof STEPS)[number];

/** What the server knows. */
export type Known = {
  exists: boolean;
  highlevel: boolean;
  mygadgetrepairs: boolean;
  /** Whether the last check found something to be mended; nothing where there was none. */
  check: { failed: boolean } | null;
  previewed: boolean;
  /** Whether there is a copy to look at. */
  copied: boolean;
  approved: boolean;
  /** Steps that somebody went on from; the server does not know of it. */
  passed: readonly StepId[];
};

export type Standing = 'done' | 'open' | 'locked';

export function standing(step: StepId, known: Known): Standing {
  if (!known.exists) return step === 'shop' ? 'open' : 'locked';
  const connected = known.highlevel && known.mygadgetrepairs;
  switch (step) {
    case 'shop':
      return 'done';
    case 'highlevel':
      return known.highlevel ? 'done' : 'open';
    case 'mygadgetrepairs':
      return known.mygadgetrepairs ? 'done' : 'open';
    case 'check':
      if (!connected) return 'locked';
      return known.check && !known.check.failed ? 'done' : 'open';
    case 'choose':
    case 'fields':
      // The rules have a working default; whoever has gone on or seen a preview has chosen.
      return known.previewed || known.approved || known.passed.includes(step) ? 'done' : 'open';
    case 'preview':
      if (!connected) return 'locked';
      return known.previewed || known.approved ? 'done' : 'open';
    case 'copy':
      if (!connected) return 'locked';
      return known.copied || known.approved ? 'done' : 'open';
    case 'live':
      if (known.approved) return 'done';
      return connected && known.previewed ? 'open' : 'locked';
  }
}

/** Where to go on: the first step that is not done. Whether to try it on a copy is left to whoever comes by. */
export function current(known: Known): StepId {
  return STEPS.find((step) => step !== 'copy' && standing(step, known) === 'open') ?? 'live';
}

/** Why a step cannot be taken yet. */
export function lockedBy(step: StepId, known: Known): 'shop' | 'connections' | 'preview' | null {
  if (standing(step, known) !== 'locked') return null;
  if (!known.exists) return 'shop';
  return known.highlevel && known.mygadgetrepairs ? 'preview' : 'connections';
}

/** The id of a HighLevel location in what somebody pasted: the id itself, or an address with it. */
export function locationIn(text: string): string | null {
  const plain = text.trim();
  const inAddress = /\/location\/([A-Za-z0-9]{8,})/.exec(plain)?.[1];
  if (inAddress) return inAddress;
  return /^[A-Za-z0-9_-]{3,64}$/.test(plain) ? plain : null;
}

export function isShopName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,40}$/.test(name);
}
