import { expect, test } from 'vitest';
import { byReason } from './held';

const pair = (kind: 'contact' | 'task', reference: string | null, fields: Parameters<typeof byReason>[0][number]['fields']) => ({
  kind,
  highlevel: 'h',
  mygadgetrepairs: '17',
  reference,
  fields,
  words: [],
});

test('values are gathered by field and reason, and what differs by rule is none of them', () => {
  const bad = { field: 'email', why: 'held', reason: 'this is not an e-mail address' } as const;
  const found = byReason([
    pair('task', 'T-1', [{ field: 'due_date', why: 'withheld', reason: 'refused' }]),
    pair('contact', 'C-1', [bad, { field: 'name', why: 'rule' }]),
    pair('contact', null, [bad]),
  ]);
  expect(found).toEqual([
    { field: 'email', reason: bad.reason, records: [{ id: 'C-1', isPerson: true, name: null }, { id: '17', isPerson: true, name: null }] },
    { field: 'due_date', reason: 'refused', records: [{ id: 'T-1', isPerson: false, name: null }] },
  ]);
});

test('whose value it is has a name where it is known; a ticket with the same id has not', () => {
  const bad = { field: 'email', why: 'held', reason: 'this is not an e-mail address' } as const;
  const people = [{ mygadgetrepairs: '17', name: 'Ada Example' }] as Parameters<typeof byReason>[1];
  const [found] = byReason([pair('contact', 'C-1', [bad]), pair('task', 'T-1', [bad])], people);
  expect(found?.records.map((one) => one.name)).toEqual(['Ada Example', null]);
});
