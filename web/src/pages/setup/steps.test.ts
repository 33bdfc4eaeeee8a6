import { expect, it } from 'vitest';
import { current, isShopName, locationIn, lockedBy, standing, STEPS, type Known } from './steps';

const nothing: Known = { exists: false, highlevel: false, mygadgetrepairs: false, check: null, previewed: false, copied: false, approved: false, passed: [] };

it('leads from one step to the next', () => {
  expect(current(nothing)).toBe('shop');
  const there = { ...nothing, exists: true };
  expect(current(there)).toBe('highlevel');
  expect(current({ ...there, highlevel: true })).toBe('mygadgetrepairs');
  const connected = { ...there, highlevel: true, mygadgetrepairs: true };
  expect(current(connected)).toBe('check');
  expect(current({ ...connected, check: { failed: true } })).toBe('check');
  const checked = { ...connected, check: { failed: false } };
  expect(current(checked)).toBe('choose');
  expect(standing('choose', { ...checked, passed: ['choose'] })).toBe('done');
  expect(current({ ...checked, passed: ['choose'] })).toBe('fields');
  expect(current({ ...checked, passed: ['choose', 'fields'] })).toBe('preview');
  expect(current({ ...checked, previewed: true })).toBe('live');
  expect(current({ ...checked, previewed: true, approved: true })).toBe('live');
  const previewed = { ...checked, previewed: true };
  expect(standing('copy', previewed)).toBe('open');
  expect(standing('copy', { ...previewed, copied: true })).toBe('done');
  expect(lockedBy('copy', there)).toBe('connections');
});

it('locks what cannot be done yet, and says by what', () => {
  expect(STEPS.filter((step) => standing(step, nothing) === 'locked')).toEqual(STEPS.slice(1));
  const there = { ...nothing, exists: true };
  expect(lockedBy('check', there)).toBe('connections');
  expect(lockedBy('highlevel', nothing)).toBe('shop');
  expect(lockedBy('live', { ...there, highlevel: true, mygadgetrepairs: true })).toBe('preview');
  expect(lockedBy('choose', there)).toBeNull();
});

it('finds a location in what is pasted', () => {
  expect(locationIn(' HTjYIpABwa3DhVhg2bcb ')).toBe('HTjYIpABwa3DhVhg2bcb');
  expect(locationIn('https://app.gohighlevel.com/v2/location/HTjYIpABwa3DhVhg2bcb/dashboard')).toBe('HTjYIpABwa3DhVhg2bcb');
  expect(locationIn('https://app.gohighlevel.com/')).toBeNull();
  expect(locationIn('')).toBeNull();
});

it('knows what a shop may be called', () => {
  expect(['main', 'fix-it_2'].every(isShopName)).toBe(true);
  expect(['', 'a b', 'ü', 'x'.repeat(41)].some(isShopName)).toBe(false);
});
