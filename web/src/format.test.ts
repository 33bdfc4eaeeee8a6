import { describe, expect, test } from 'vitest';
import { sentence, withTimes, duration, relative, share, size } from './format';

describe('share', () => {
  test('only all is 100 %', () => {
    expect(share(48_210, 48_210, 'en')).toBe('100%');
    expect(share(48_209, 48_210, 'en')).toBe('99.99%');
    expect(share(999_999, 1_000_000, 'en')).toBe('99.99%');
  });
  test('nothing of nothing is nothing', () => {
    expect(share(0, 0, 'en')).toBe('0%');
  });
  test('as the language writes it', () => {
    expect(share(1, 2, 'de')).toBe('50,0\u00a0%');
  });
});

describe('relative', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const ago = (seconds: number) => relative(new Date(now.getTime() - seconds * 1000), now, 'en');
  test('in the largest unit, never rounded up', () => {
    expect(ago(2)).toBe('now');
    expect(ago(59)).toBe('59 seconds ago');
    expect(ago(119)).toBe('1 minute ago');
    expect(ago(-7200)).toBe('in 2 hours');
  });
  test('long ago is a date', () => {
    expect(ago(400 * 86_400)).toContain('2025');
  });
});

test('duration has two units at most', () => {
  expect(duration(26_040, 'en')).toBe('7 hr 14 min');
  expect(duration(0, 'en')).toBe('0 sec');
  expect(duration(86_400 + 59, 'en')).toBe('1 day');
});

test('size', () => {
  expect(size(1_500_000, 'en')).toBe('1.5 MB');
  expect(size(12, 'en')).toBe('12 byte');
});

test('words of the server become sentences, with the clock of here', () => {
  expect([sentence('no key'), sentence('No key.'), sentence('why not?'), sentence('http://a is near'), sentence('')]).toEqual(['No key.', 'No key.', 'Why not?', 'http://a is near.', '']);
  const at = new Date(2026, 10, 26, 9, 5);
  expect(withTimes(`rests until ${at.toISOString()}: too much`, at, 'en-GB')).toBe('rests until 09:05: too much');
});
