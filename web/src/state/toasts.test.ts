import { expect, test, vi } from 'vitest';
import { toasts } from './toasts.svelte';

const shown = () => toasts.list.map((toast) => toast.text);

test('what was done and its undoing never stand together', () => {
  vi.useFakeTimers();
  toasts.done('Answered.', () => null, 'review shop 1');
  toasts.done('Another one.', () => null, 'review shop 2');
  toasts.done('Taken back.', null, 'review shop 1');
  expect(shown()).toEqual(['Another one.', 'Taken back.']);
  toasts.failed('Could not be taken back.', 'review shop 2');
  expect(shown()).toEqual(['Taken back.', 'Could not be taken back.']);
  toasts.done('Saved.');
  toasts.done('Saved.');
  expect(shown()).toEqual(['Could not be taken back.', 'Saved.', 'Saved.']);
  vi.useRealTimers();
});
