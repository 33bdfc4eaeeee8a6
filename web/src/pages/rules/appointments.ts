// Whether appointments go anywhere at all, by a rules document: beyond what the arrows of their fields say.
import { parse } from 'smol-toml';

/** `off`: none is synced. `shown`: HighLevel's are shown in MyGadgetRepairs, and nothing goes back. `both`: both ways. */
export type Reach = 'off' | 'shown' | 'both';

export function reachOf(toml: string): Reach {
  const { to, back } = (parse(toml) as { appointments?: { to?: string; back?: string } }).appointments ?? {};
  if (to === 'off') return 'off';
  return (back ?? '').trim() === '' ? 'shown' : 'both';
}
