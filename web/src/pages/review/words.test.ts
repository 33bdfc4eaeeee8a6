import { expect, test } from 'vitest';
import type { Question } from '../../api/types';
import { texts } from '../../texts/en';
import { answered, apartDoes, weighed, why } from './words';

const card = (name: string, reference: string | null) => ({ name, reference });
const candidate = (id: string, linked_with: string | null = null) => ({ id, linked_with, name: 'Ada Example', reasons: [], record: card('Ada Example', `C-${id}`) });
const question = (candidates: unknown[], detail: object = {}) =>
  ({ what: 'match', side: 'highlevel', kind: 'contact', subject: card('Ada Sample', null), detail, candidates }) as unknown as Question;

test('a question with one candidate asks about this one', () => {
  expect(why(question([candidate('1')]), texts)).toContain('Is this one in MyGadgetRepairs the same person?');
  expect(why(question([candidate('1'), candidate('2')]), texts)).toContain('Is one of these');
});

test('it is said beforehand what would be made: nothing for one who has a counterpart', () => {
  expect(apartDoes(question([candidate('1')]), texts)).toContain('a new customer in MyGadgetRepairs or a new contact in HighLevel');
  expect(apartDoes(question([candidate('1', 'H-2')]), texts)).not.toContain('a new contact');
  expect(apartDoes(question([candidate('1')], { lost_in: 'mygadgetrepairs' }), texts)).toBe(texts.review.does.apartLost);
});

test('what speaks against a pair is not told among what speaks for it', () => {
  const reasons = ['same e-mail address', 'different names', 'our mark names the other record', 'same family name, different given names', 'another record fits just as well', 'names fit each other'];
  expect(weighed(reasons)).toEqual({
    for: ['same e-mail address', 'our mark names the other record', 'names fit each other'],
    against: ['different names', 'same family name, different given names', 'another record fits just as well'],
  });
});

test('what was answered is told with whom it was about', () => {
  const one = question([candidate('1')]);
  expect(answered(one, { answer: 'accept', candidate: '1' }, texts)).toBe('Ada Sample: the same person as C-1. Remembered.');
  expect(answered(one, { answer: 'apart' }, texts)).toBe('Ada Sample: Different people. Remembered.');
  const value = { ...one, what: 'conflict', field: 'email' } as Question;
  expect(answered(value, { answer: 'accept', side: 'mygadgetrepairs' }, texts)).toBe('E-mail of Ada Sample: MyGadgetRepairs’ value. Remembered.');
});
