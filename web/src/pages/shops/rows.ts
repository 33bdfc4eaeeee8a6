// The shops as the rows of a table: narrowed down, in order. Pure.
import type { ShopOverview } from '../../api/types';
import { needs, verdict } from '../../state/standing';

export type Column = 'shop' | 'state' | 'agreement' | 'people' | 'waiting' | 'backlog' | 'lag';
export type Which = 'all' | 'needing' | 'stopped';

export interface Row {
  shop: ShopOverview;
  standing: ReturnType<typeof verdict>;
  agreement: number;
  people: number;
  waiting: number;
  lag: number;
}

export function rows(shops: ShopOverview[], search: string, which: Which, by: Column, down: boolean): Row[] {
  const wanted = search.toLocaleLowerCase();
  const all = shops
    .map(row)
    .filter((one) => one.shop.name.toLocaleLowerCase().includes(wanted))
    .filter((one) => which === 'all' || (which === 'needing' ? one.waiting > 0 : one.standing.tone === 'stopped'));
  const order = down ? -1 : 1;
  return all.sort((one, other) => order * compare(one, other, by) || one.shop.name.localeCompare(other.shop.name));
}

function row(shop: ShopOverview): Row {
  const { fields, agree } = shop.status.agreement;
  return {
    shop,
    standing: verdict(shop),
    agreement: fields === 0 ? -1 : agree / fields,
    people: shop.status.linked['contact'] ?? 0,
    waiting: needs(shop.status).reduce((all, need) => all + (need.count ?? 1), 0),
    lag: Math.max(shop.status.lag_seconds.highlevel, shop.status.lag_seconds.mygadgetrepairs),
  };
}

// The worst first.
const GRAVITY = { stopped: 0, attention: 1, info: 2, plain: 3, ok: 4 };

function compare(one: Row, other: Row, by: Column): number {
  switch (by) {
    case 'shop':
      return one.shop.name.localeCompare(other.shop.name);
    case 'state':
      return GRAVITY[one.standing.tone] - GRAVITY[other.standing.tone];
    case 'backlog':
      return one.shop.status.backlog - other.shop.status.backlog;
    default:
      return one[by] - other[by];
  }
}
