import { expect, it } from 'vitest';
import { changed, directionOfKey, nextDirection, stage, wishes } from './staged';
import type { FieldLine } from './types';

const name: FieldLine = {
  kind: 'contact', field: 'name', label: 'Name', highlevel: 'name', mygadgetrepairs: 'name', direction: 'both', policy: 'ask',
  directions: ['both', 'to_highlevel', 'to_mygadgetrepairs', 'off'], policies: ['ask', 'newest'],
};
const due: FieldLine = { ...name, kind: 'task', field: 'due_date', direction: 'to_highlevel', directions: ['to_highlevel', 'off'] };

it('takes changes together, and forgets those that change nothing', () => {
  let staged = stage({}, name, { direction: 'off' });
  staged = stage(staged, name, { policy: 'newest' });
  expect(changed(name, staged)).toMatchObject({ direction: 'off', policy: 'newest' });
  expect(wishes([name, due], staged)).toEqual([{ kind: 'contact', field: 'name', direction: 'off', policy: 'newest' }]);
  staged = stage(stage(staged, name, { direction: 'both' }), name, { policy: 'ask' });
  expect(staged).toEqual({});
});

it('goes only the ways that a field has', () => {
  expect(nextDirection(name)).toBe('to_highlevel');
  expect(nextDirection(due)).toBe('off');
  expect(nextDirection({ ...due, direction: 'off' })).toBe('to_highlevel');
  expect(directionOfKey(name, 'ArrowRight')).toBe('to_mygadgetrepairs');
  expect(directionOfKey(due, 'ArrowRight')).toBeNull();
  expect(directionOfKey(name, 'Enter')).toBeNull();
});
