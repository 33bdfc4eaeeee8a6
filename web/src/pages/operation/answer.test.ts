import { expect, test } from 'vitest';
import type { Json } from '../../parts/schema-form/model';
import { texts } from '../../texts/en';
import { columnsOf, isPlain, nameOf, partsOf, readable } from './answer';

test('members are named in words', () => {
  expect(['firstName', 'dateAdded', 'ticket_type_id', 'email'].map((name) => readable(name, texts))).toEqual(['First name', 'Date added', 'Ticket type id', 'E-mail']);
});

test('flat rows are a table, deep or broad ones are not', () => {
  expect(columnsOf([{ id: 1, name: 'a' }, { id: 2, open: true }])).toEqual(['id', 'name', 'open']);
  expect([[], [1], [{ a: { b: 1 } }], [{ a: 1, b: 2, c: 3, d: 4, e: 5 }], { a: 1 }].map(columnsOf)).toEqual([null, null, null, null, null]);
});

test('what fits a line is plain, and one of a list is told by its name', () => {
  const values: Json[] = [null, 'a', ['a', 1], [], { large: '' }, [{ a: 1 }], { a: 1 }];
  expect(values.map(isPlain)).toEqual([true, true, true, true, true, false, false]);
  expect(partsOf([{ id: 7 }, { name: '', title: 'Screen' }, {}]).map((part) => nameOf(part.value, part.at + 1))).toEqual(['7', 'Screen', '3']);
});
