// The sign and the colour of a journal line. Pure.
import type { IconName } from '../../parts/Icon.svelte';
import type { Tone } from '../../parts/tone';

const SIGNS: Record<string, [IconName, Tone]> = {
  created: ['plus', 'ok'],
  updated: ['edit', 'plain'],
  linked: ['link', 'plain'],
  unlinked: ['apart', 'attention'],
  vanished: ['trash', 'attention'],
  deleted: ['trash', 'attention'],
  archived: ['ok', 'plain'],
  kept: ['info', 'info'],
  failed: ['stopped', 'stopped'],
  overruled: ['rules', 'info'],
  chosen: ['user', 'info'],
  edited: ['user', 'plain'],
  apart: ['apart', 'info'],
  one_more: ['people', 'info'],
  answer_taken_back: ['undo', 'info'],
  taken_back: ['undo', 'info'],
  told: ['note', 'plain'],
  told_unread: ['note', 'plain'],
  told_unsure: ['attention', 'attention'],
  told_visible: ['attention', 'stopped'],
  noted: ['note', 'plain'],
  note_rule: ['note', 'plain'],
  operation_sent: ['bolt', 'plain'],
  operation_done: ['bolt', 'plain'],
  operation_refused: ['stopped', 'stopped'],
  operation_unknown: ['attention', 'attention'],
};

export function sign(event: string): { icon: IconName; tone: Tone } {
  const [icon, tone] = SIGNS[event] ?? ['info', 'plain'];
  return { icon, tone };
}
