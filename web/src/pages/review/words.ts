// A question in the words of the interface. Pure.
import type { Question, SideName, Value } from '../../api/types';
import { fieldName } from '../../state/fields';
import type { Texts } from '../../texts/index.svelte';
import type { Answer } from './queue.svelte';

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
  const { kinds } = texts.fields;
  const { sides } = texts.shell;
  return texts.review.whoWhy(kinds[question.side][question.kind], sides[question.side], sides[across(question)], question.candidates.length === 1);
}

function across(question: Question): SideName {
  return question.side === 'highlevel' ? 'mygadgetrepairs' : 'highlevel';
}

/** What becomes of it when they are said to be different, as far as the rules make records. */
export function apartDoes(question: Question, texts: Texts): string {
  const text = texts.review;
  if (detail(question).lost_in) return text.does.apartLost;
  // A candidate that is linked has its counterpart.
  const free = question.candidates.some((candidate) => !candidate.linked_with);
  const made = free ? [across(question), question.side] : [across(question)];
  return text.does.apart(made.map((side) => text.makes(texts.fields.kinds[side][question.kind], texts.shell.sides[side])));
}

/** What the server says in doubt of a pair: that something differs, is missing, or belongs to somebody else. */
const DOUBT = /\b(different|missing|another|third)\b/;

/** The reasons for a pair, and those against it. */
export function weighed(reasons: readonly string[]): { for: string[]; against: string[] } {
  return { for: reasons.filter((one) => !DOUBT.test(one)), against: reasons.filter((one) => DOUBT.test(one)) };
}

/** What was answered about whom, in one sentence. */
export function answered(question: Question, answer: Answer, texts: Texts): string {
  const text = texts.review;
  if (question.what === 'conflict') return text.done(title(question, texts), answerWords(`accept ${answer.side ?? ''}`, texts));
  const chosen = question.candidates.find((one) => one.id === answer.candidate);
  const name = chosen?.record?.reference ?? chosen?.record?.name ?? chosen?.name;
  return text.done(nameOf(question, texts), name ? text.sameAs(name) : answerWords(answer.answer, texts));
}

/** The answer that was given, in the words of its button. */
export function answerWords(answer: string, texts: Texts): string {
  const [word, on] = answer.split(' ');
  const known = texts.review.answers as Record<string, string>;
  return known[on ?? ''] ?? known[word ?? ''] ?? answer;
}
