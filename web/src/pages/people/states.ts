import type { PersonState, Work } from '../../api/types';
import type { Tone } from '../../parts/tone';

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

/** How a task with its ticket stands, or an appointment. */
export function stateOf(work: Work): PersonState {
  if (!work.highlevel) return 'alone_mygadgetrepairs';
  if (!work.mygadgetrepairs) return 'alone_highlevel';
  return work.agree >= work.compared ? 'in_step' : 'differs';
}
