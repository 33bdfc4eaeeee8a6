import { describe, expect, test } from 'vitest';
import type { ShopOverview } from '../api/types';
import { needs, verdict } from './standing';

function shop(change: { reasons?: string[]; health?: string; paused?: boolean; approved?: boolean; backlog?: number; writing?: boolean }): ShopOverview {
  const { reasons = [], health = 'ok', paused = false, approved = true, backlog = 0, writing = false } = change;
  return {
    name: 'main',
    paused,
    approved,
    progress: { phase: writing ? 'writing' : 'idle', waiting: writing ? [3, 0] : [0, 0] },
    status: { health, reasons, backlog },
  } as unknown as ShopOverview;
}

describe('verdict', () => {
  test.each([
    ['well', {}],
    ['underWay', { backlog: 4 }],
    ['working', { writing: true, health: 'attention', reasons: ['9 people need a decision (`repairbridge review main`)'] }],
    ['attention', { health: 'attention', reasons: ['9 people need a decision (`repairbridge review main`)'] }],
    ['unapproved', { approved: false }],
    ['paused', { paused: true, health: 'stopped', reasons: ['syncing is paused (`repairbridge shop resume main`)'] }],
    ['unconnected', { health: 'stopped', reasons: ['HighLevel is not connected (`repairbridge connect highlevel main`)'] }],
  ] as const)('%s', (says, change) => {
    expect(verdict(shop({ ...change, reasons: [...('reasons' in change ? change.reasons : [])] })).says).toBe(says);
  });
});

describe('needs', () => {
  const read = (reason: string) => needs(shop({ reasons: [reason] }).status)[0];
  test('the command that mends it becomes the page that does', () => {
    expect(read('9 people need a decision (`repairbridge review main`)')).toEqual({
      code: 'review',
      says: '9 people need a decision',
      count: 9,
      where: 'review',
    });
    expect(read('the flow `ready` stopped by itself (`repairbridge flow list main`)')).toMatchObject({
      says: 'the flow `ready` stopped by itself',
      where: 'flows',
    });
    expect(read('the last run failed; `repairbridge check main` finds why')).toMatchObject({ says: 'the last run failed', where: 'setup' });
  });
  test('what is not known is said as it is', () => {
    expect(read('MyGadgetRepairs is left alone until 2026-03-01T10:00:00Z')).toMatchObject({ code: 'other', where: null, count: null });
  });
});
