import { expect, test } from 'vitest';
import { texts } from '../../texts/en';
import { isPlain, nameOf, partsOf, readable } from './answer';

test('members are named in words', () => {
  expect(['firstName', 'dateAdded', 'ticket_type_id', 'email'].map((name) => readable(name, texts))).toEqual(['First name', 'Date added', 'Ticket type id', 'E-mail']);
});

test('what fits a line is plain, and one of a list is told by its name', () => {
  expect([null, 'a', ['a', 1], [], {}, [{}]].map(isPlain)).toEqual([true, true, true, true, false, false]);
  expect(partsOf([{ id: 7 }, { name: '', title: 'Screen' }, {}]).map((part) => nameOf(part.value, part.at + 1))).toEqual(['7', 'Screen', '3']);
});
