import { expect, it } from 'vitest';
import { proposals, toSend, unanswered } from './answers';
import { found } from './search';
import type { Question } from './types';

const question = (name: string, more: Partial<Question> = {}): Question => ({
  name, title: name, kind: 'text', choices: [], unknown_why: null, proposed: null, ...more,
});

it('begins with what is proposed, asks for what is missing, and sends nothing that is empty', () => {
  const questions = [
    question('days', { kind: 'number', proposed: 3 }), question('tag', { kind: 'tag' }), question('user', { optional: true }),
    question('groups', { many: true }), question('on', { kind: 'yes_no', proposed: false }),
  ];
  const given = proposals(questions);
  expect(given).toEqual({ days: 3, on: false });
  expect(unanswered(questions, given)).toEqual(['tag', 'groups']);
  expect(toSend(questions, { ...given, tag: 'vip', user: '', groups: [] })).toEqual({ days: 3, on: false, tag: 'vip' });
});

it('finds recipes by words, in any order and without accents', () => {
  expect(found('', ['Ready'])).toBe(true);
  expect(found('COLLECTED ready', ['Ready, but not collected'])).toBe(true);
  expect(found('cafe', ['Café'])).toBe(true);
  expect(found('ready paid', ['Ready, but not collected'])).toBe(false);
});
