import { describe, expect, it } from 'vitest';
import { gone, interrupted } from './gone';
import type { Job } from './types';

const job = (id: string, state: Job['state']): Job => ({
  id,
  shop: 'main',
  kind: 'check',
  approve: false,
  state,
  by: 'robin',
  began_at: '2026-11-26T12:00:00Z',
  ended_at: null,
  progress: { phase: 'idle', read: [0, 0], to_write: 0, written: 0 } as unknown as Job['progress'],
  tally: null,
  undo: null,
  trouble: null,
});

describe('jobs of a process that ended', () => {
  it('are those that ran and are not listed any more', () => {
    const known = [job('old', 'running'), job('listed', 'running'), job('over', 'done'), job('wrong', 'failed')];
    expect(gone(known, [job('listed', 'running')]).map(({ id }) => id)).toEqual(['old']);
  });

  it('are none while the same process answers', () => {
    const known = [job('a', 'running'), job('b', 'running')];
    expect(gone(known, [job('b', 'done'), job('a', 'running')])).toEqual([]);
  });

  it('say why they are not done', () => {
    const told = interrupted(job('old', 'running'), 'Begin again.');
    expect([told.state, told.trouble?.message]).toEqual(['failed', 'Begin again.']);
  });
});
