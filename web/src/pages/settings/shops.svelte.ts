// The shop that a section is about: the one in the address, else the first.
import { api, ask } from '../../api/client';
import { load, type Loaded } from '../../state/load.svelte';
import { place } from '../../state/place.svelte';
import type { ShopLine } from './types';

export function loadShops(): Loaded<ShopLine[]> {
  return load(
    () => null,
    async (signal) => (await ask(api.GET('/api/v1/shops', { signal }))).shops,
  );
}

export function chosen(shops: ShopLine[]): string {
  const asked = place.query.get('shop');
  return shops.find((shop) => shop.name === asked)?.name ?? shops[0]?.name ?? '';
}
