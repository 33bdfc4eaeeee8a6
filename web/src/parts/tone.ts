import type { IconName } from './Icon.svelte';

/** How something stands: the four colours that mean something, and none. */
export type Tone = 'ok' | 'attention' | 'stopped' | 'info' | 'plain';

const ICONS: Record<Tone, IconName | null> = {
  ok: 'ok',
  attention: 'attention',
  stopped: 'stopped',
  info: 'info',
  plain: null,
};

export function iconOf(tone: Tone): IconName | null {
  return ICONS[tone];
}
