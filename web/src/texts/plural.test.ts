import { expect, test } from 'vitest';
import { plurals } from './plural';

test('one and many in English and German', () => {
  const en = plurals('en');
  const people = { one: '{n} person', other: '{n} people' };
  expect([en(0, people), en(1, people), en(1234, people)]).toEqual(['0 people', '1 person', '1,234 people']);
  expect(plurals('de')(1234, { one: '{n} Person', other: '{n} Personen' })).toBe('1.234 Personen');
});

test('a form that is not given falls back', () => {
  expect(plurals('en')(1, { other: '{n} fields' })).toBe('1 fields');
});
