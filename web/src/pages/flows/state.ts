// How the state of a run looks.
import type { Tone } from '../../parts/tone';

const TONES: Record<string, Tone> = {
  ready: 'info',
  waiting: 'info',
  asking: 'attention',
  held: 'attention',
  sent: 'info',
  done: 'ok',
  not_needed: 'plain',
  failed: 'stopped',
  stopped: 'stopped',
};

export const STATES = Object.keys(TONES);

export function toneOf(state: string): Tone {
  return TONES[state] ?? 'plain';
}
