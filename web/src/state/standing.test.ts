import { describe, expect, test } from 'vitest';
import type { ShopOverview } from '../api/types';
import { needs, verdict, withoutCommand } from './standing';

function shop(change: { needs?: unknown[]; health?: string; paused?: boolean; approved?: boolean; backlog?: number; writing?: boolean }): ShopOverview {
  const { needs = [], health = 'ok', paused = false, approved = true, backlog = 0, writing = false } = change;
  return {
    name: 'main',
    paused,
    approved,
    progress: { phase: writing ? 'writing' : 'idle', waiting: writing ? [3, 0] : [0, 0] },
    status: { health, needs, backlog },
  } as unknown as ShopOverview;
}

describe('verdict', () => {
  test.each([
    ['well', {}],
    ['underWay', { backlog: 4 }],
    ['working', { writing: true, health: 'attention', needs: [{ code: 'review', says: '9 people need a decision', count: 9 }] }],
    ['attention', { health: 'attention', needs: [{ code: 'review', says: '9 people need a decision', count: 9 }] }],
    ['unapproved', { approved: false }],
    ['paused', { paused: true, health: 'stopped', needs: [{ code: 'paused', says: 'syncing is paused', count: null }] }],
    ['unconnected', { health: 'stopped', needs: [{ code: 'not_connected_highlevel', says: 'HighLevel is not connected', count: null }] }],
  ] as const)('%s', (says, change) => {
    expect(verdict(shop({ ...change, needs: [...('needs' in change ? change.needs : [])] })).says).toBe(says);
  });
});

describe('needs', () => {
  const read = (need: unknown) => needs(shop({ needs: [need] }).status)[0];
  test('each leads to the page where it is mended', () => {
    expect(read({ code: 'review', says: '9 people need a decision', count: 9 })).toMatchObject({ count: 9, where: 'review' });
    expect(read({ code: 'flows', says: 'the flow stopped', count: null })).toMatchObject({ where: 'flows' });
  });
  test('what nobody here can mend leads nowhere', () => {
    expect(read({ code: 'blocked', says: 'left alone until ten' })).toEqual({ code: 'blocked', says: 'left alone until ten', count: null, where: null });
  });
});

test('a command in the words of the server is left to those who have a command line', () => {
  expect(withoutCommand('a person has to say who this is (`repairbridge review main`)')).toBe('a person has to say who this is');
  expect(withoutCommand('made by Repairbridge; not deleted (--delete-created deletes it)')).toBe('made by Repairbridge; not deleted');
});
