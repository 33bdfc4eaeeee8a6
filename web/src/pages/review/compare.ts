// A subject beside its candidates, field by field. Pure.
import type { Question, RecordCard } from '../../api/types';
import { readsSame, valueWords } from '../../state/fields';
import type { Texts } from '../../texts/index.svelte';

export interface Row {
  field: string;
  subject: string | null;
  candidates: { text: string | null; same: boolean }[];
}

export function compare(question: Question, texts: Texts, language: string): Row[] {
  const cards = [question.subject, ...question.candidates.map((one) => one.record)];
  const names: string[] = [];
  for (const card of cards) {
    for (const { field } of card?.fields ?? []) if (!names.includes(field)) names.push(field);
  }
  const text = (card: RecordCard | null | undefined, field: string) =>
    valueWords(card?.fields.find((one) => one.field === field)?.value, texts, language);
  return names.map((field) => {
    const subject = text(question.subject, field);
    const candidates = question.candidates.map((one) => {
      const own = text(one.record, field);
      return { text: own, same: readsSame(subject, own) };
    });
    return { field, subject, candidates };
  });
}
