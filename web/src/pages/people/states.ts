import type { Tone } from '../../parts/tone';
import type { PersonState } from './types';

const TONES: Record<PersonState, Tone> = {
  in_step: 'ok',
  differs: 'info',
  alone_highlevel: 'plain',
  alone_mygadgetrepairs: 'plain',
  question: 'attention',
  held: 'attention',
  left_alone: 'plain',
};

export function toneOf(state: PersonState): Tone {
  return TONES[state] ?? 'plain';
}
