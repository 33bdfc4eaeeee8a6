// The answers to a recipe's questions, as a form has them and as the server wants them.
import type { Json } from '../../parts/schema-form/model';
import type { Question } from './types';

/** What stands in the fields; a name that is missing was not touched. */
export type Given = Record<string, Json>;

/** The answers to begin with: what was proposed. */
export function proposals(questions: Question[]): Given {
  return Object.fromEntries(questions.flatMap((one) => (one.proposed === null || one.proposed === undefined ? [] : [[one.name, one.proposed]])));
}

/** Questions that must be answered and are not. */
export function unanswered(questions: Question[], given: Given): string[] {
  return questions.filter((one) => !one.optional && blank(given[one.name])).map((one) => one.name);
}

/** What is sent: nothing for what is left empty. */
export function toSend(questions: Question[], given: Given): Given {
  return Object.fromEntries(
    questions.flatMap((one) => {
      const value = given[one.name];
      return value === undefined || blank(value) ? [] : [[one.name, value]];
    }),
  );
}

function blank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Whether something beside what there is may be said: a tag is made by using it. */
export function mayBeNew(question: Question): boolean {
  return question.kind === 'tag' || question.kind === 'customer_group' || question.unknown_why !== null;
}
