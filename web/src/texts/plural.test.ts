import { expect, test } from 'vitest';
import { plurals, sentences } from './plural';

test('one and many in English and German', () => {
  const en = plurals('en');
  const people = { one: '{n} person', other: '{n} people' };
  expect([en(0, people), en(1, people), en(1234, people)]).toEqual(['0 people', '1 person', '1,234 people']);
  expect(plurals('de')(1234, { one: '{n} Person', other: '{n} Personen' })).toBe('1.234 Personen');
});

test('a form that is not given falls back', () => {
  expect(plurals('en')(1, { other: '{n} fields' })).toBe('1 fields');
});

test('what there is none of is not said, unless there is nothing', () => {
  expect(sentences([2, 'Two.'], [0, 'None.'], [1, 'One.'])).toBe('Two. One.');
  expect(sentences([0, 'No value.'], [0, 'No record.'])).toBe('No value.');
});
