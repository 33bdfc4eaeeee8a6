// A question in the words of the interface. Pure.
import type { Question, SideName, Value } from '../../api/types';
import { fieldName } from '../../state/fields';
import type { Texts } from '../../texts/index.svelte';

interface Detail {
  name?: string;
  lost_in?: SideName;
  highlevel?: Value | null;
  mygadgetrepairs?: Value | null;
  base?: Value | null;
}

export function detail(question: Question): Detail {
  return (question.detail ?? {}) as Detail;
}

export function nameOf(question: Question, texts: Texts): string {
  return question.subject?.name ?? detail(question).name ?? question.counterpart?.name ?? texts.review.noName;
}

export function isOptOut(question: Question): boolean {
  return question.what === 'conflict' && /^no_/.test(question.field ?? '');
}

export function title(question: Question, texts: Texts): string {
  const name = nameOf(question, texts);
  if (question.what === 'match') return texts.review.who(name);
  const field = fieldName(question.field ?? '', texts);
  return isOptOut(question) ? texts.review.optOut(field, name) : texts.review.conflict(field, name);
}

export function why(question: Question, texts: Texts): string {
  if (question.what === 'conflict') return isOptOut(question) ? texts.review.optOutWhy : texts.review.conflictWhy;
  const { lost_in } = detail(question);
  if (lost_in) return texts.review.lost(texts.shell.sides[lost_in]);
  return texts.review.whoWhy(texts.fields.kinds[question.side][question.kind], texts.shell.sides[question.side]);
}

/** The answer that was given, in the words of its button. */
export function answerWords(answer: string, texts: Texts): string {
  const [word, on] = answer.split(' ');
  const known = texts.review.answers as Record<string, string>;
  return known[on ?? ''] ?? known[word ?? ''] ?? answer;
}
