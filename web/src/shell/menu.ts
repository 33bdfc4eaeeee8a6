// What the navigation leads to, in its order.
import type { IconName } from '../parts/Icon.svelte';
import { to, type PageName, type Route } from '../router';
import type { Texts } from '../texts/index.svelte';

export interface Entry {
  name: keyof Texts['shell']['nav'];
  href: string;
  icon: IconName;
  /** The second key after `g`. */
  key: string;
  current: boolean;
}

const OF: [name: Entry['name'], icon: IconName, key: string, path: (shop: string) => string, pages: PageName[]][] = [
  ['home', 'home', 'h', to.home, ['home', 'start']],
  ['people', 'people', 'p', to.people, ['people', 'person']],
  ['review', 'review', 'r', to.review, ['review']],
  ['activity', 'activity', 'a', to.activity, ['activity']],
  ['flows', 'flows', 'f', to.flows, ['flows', 'flow']],
  ['catalogue', 'catalogue', 'c', to.catalogue, ['catalogue', 'operation']],
  ['rules', 'rules', 'm', to.rules, ['rules']],
];

/** The pages of a shop. */
export function ofShop(shop: string, route: Route): Entry[] {
  return OF.map(([name, icon, key, path, pages]) => ({
    name,
    icon,
    key,
    href: path(shop),
    current: pages.includes(route.page),
  }));
}

/** The pages of the whole installation. */
export function ofAll(route: Route): Entry[] {
  return [
    { name: 'shops', icon: 'shops', key: 'o', href: to.shops(), current: route.page === 'shops' || route.page === 'new-shop' },
    { name: 'settings', icon: 'settings', key: 's', href: to.settings(), current: route.page === 'settings' },
  ];
}
