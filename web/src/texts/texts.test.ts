import { expect, test } from 'vitest';
import { texts as de } from './de';
import { texts as en } from './en';

/** Every text of a language by its place, functions called with numbers or words. */
function walk(of: unknown, at = ''): [string, string][] {
  if (typeof of === 'string') return [[at, of]];
  if (typeof of === 'object' && of !== null) return Object.entries(of).flatMap(([name, value]) => walk(value, `${at}.${name}`));
  return [];
}

test('no text is empty, and German is not English by mistake', () => {
  const english = new Map(walk(en));
  const german = walk(de);
  expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
  // Sentences are never the same in both languages; single words and names may be.
  const same = german.filter(([at, text]) => text.split(' ').length > 3 && english.get(at) === text);
  expect(same).toEqual([]);
});
