import { describe, expect, test } from 'vitest';
import { match, to } from './router';

describe('match', () => {
  test.each([
    ['/', 'start', null, null],
    ['/shops', 'shops', null, null],
    ['/shops/new', 'new-shop', null, null],
    ['/shops/main', 'home', 'main', null],
    ['/shops/main/', 'home', 'main', null],
    ['/shops/main/people/C-317', 'person', 'main', 'C-317'],
    ['/settings/users/anna', 'settings', null, 'users/anna'],
    ['/shops/main/nothing', 'missing', null, null],
    ['/shops/main/people/C-317/more', 'missing', null, null],
  ])('%s is %s', (path, page, shop, id) => {
    expect(match(path)).toEqual({ page, shop, id });
  });

  test('a part that is no text stays as it is', () => {
    expect(match('/shops/%E0%A4%A').shop).toBe('%E0%A4%A');
  });
});

describe('to', () => {
  test.each(['main', 'a b', 'a/b', 'ä?#%'])('the shop %s comes back out of its path', (name) => {
    const path = new URL(to.person(name, name), 'http://x').pathname;
    expect(match(path)).toEqual({ page: 'person', shop: name, id: name });
  });

  test('what is not asked for is not in the address', () => {
    expect(to.people('main', { search: '', state: 'differs' })).toBe('/shops/main/people?state=differs');
    expect(to.people('main', { search: undefined })).toBe('/shops/main/people');
  });
});
