import { describe, expect, test } from 'vitest';
import type { ShopOverview } from '../../api/types';
import { rows } from './rows';

function shop(name: string, health: 'ok' | 'attention' | 'stopped', needs: unknown[] = [], paused = false): ShopOverview {
  return {
    name,
    paused,
    approved: true,
    progress: { phase: 'idle', waiting: [0, 0], written: [0, 0], read: [], note: null, remaining: null },
    status: { health, needs, backlog: 0, agreement: { fields: 0, agree: 0 }, linked: {}, lag_seconds: { highlevel: 0, mygadgetrepairs: 0 } },
  } as unknown as ShopOverview;
}

const shops = [
  shop('well', 'ok'),
  shop('asking', 'attention', [{ code: 'review', says: 'x', count: 9 }]),
  shop('paused', 'stopped', [{ code: 'paused', says: 'x', count: null }], true),
];
const names = (list: ReturnType<typeof rows>) => list.map((one) => one.shop.name);

describe('rows', () => {
  test('by state, the worst come first', () => {
    expect(names(rows(shops, '', 'all', 'state', false))).toEqual(['paused', 'asking', 'well']);
  });
  test('what needs somebody is counted', () => {
    expect(rows(shops, '', 'needing', 'waiting', true).map((one) => one.waiting)).toEqual([9, 1]);
  });
  test('a search finds by a part of the name, in any case', () => {
    expect(names(rows(shops, 'ASK', 'all', 'shop', false))).toEqual(['asking']);
  });
});
