// The sign of a field between its two values. Pure.
import type { FieldStory } from '../../api/types';
import type { IconName } from '../../parts/Icon.svelte';
import type { Tone } from '../../parts/tone';

export function toneOf(one: FieldStory): Tone {
  if (one.agree) return 'ok';
  switch (one.differs?.why) {
    case 'conflict':
    case 'held':
    case 'withheld':
      return 'attention';
    case 'pending':
      return 'info';
    default:
      return 'plain';
  }
}

/** Whether it stays as it is until somebody does something. */
export function needsSomebody(one: FieldStory): boolean {
  return one.question != null || one.differs?.why === 'held' || one.differs?.why === 'withheld';
}

export function iconOf(one: FieldStory): IconName {
  if (one.agree) return 'equal';
  switch (one.differs?.why) {
    case 'pending':
      return 'clock';
    case 'conflict':
    case 'held':
    case 'withheld':
      return 'attention';
    default:
      return 'apart';
  }
}
