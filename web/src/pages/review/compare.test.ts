import { expect, test } from 'vitest';
import type { Question } from '../../api/types';
import { texts } from '../../texts/en';
import { compare } from './compare';

const card = (fields: Record<string, string>) => ({ fields: Object.entries(fields).map(([field, value]) => ({ field, value })) });

test('what both have is one row, and what reads the same is marked', () => {
  const question = {
    subject: card({ name: 'Rebecca Goldleland', email: 'r@example.com' }),
    candidates: [{ record: card({ name: 'rebecca  goldleland', phone: '+44 1' }) }, { record: null }],
  } as unknown as Question;
  expect(compare(question, texts, 'en')).toEqual([
    { field: 'name', subject: 'Rebecca Goldleland', candidates: [{ text: 'rebecca  goldleland', same: true }, { text: null, same: false }] },
    { field: 'email', subject: 'r@example.com', candidates: [{ text: null, same: false }, { text: null, same: false }] },
    { field: 'phone', subject: null, candidates: [{ text: '+44 1', same: false }, { text: null, same: false }] },
  ]);
});
