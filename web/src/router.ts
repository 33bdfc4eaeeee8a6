// Which page a path is, and the path of a page. No state and no browser here.

export type PageName =
  | 'start'
  | 'shops'
  | 'new-shop'
  | 'home'
  | 'setup'
  | 'people'
  | 'person'
  | 'review'
  | 'activity'
  | 'flows'
  | 'flow'
  | 'catalogue'
  | 'operation'
  | 'rules'
  | 'settings'
  | 'missing';

export interface Route {
  page: PageName;
  /** The shop that the path is under. */
  shop: string | null;
  /** A record, a flow, an operation, or a section of the settings. */
  id: string | null;
}

// One line a page. `:shop` and `:id` stand for one part of the path, `:id*` for the rest of it.
const ROUTES: [pattern: string, page: PageName][] = [
  ['/', 'start'],
  ['/shops', 'shops'],
  ['/shops/new', 'new-shop'],
  ['/shops/:shop', 'home'],
  ['/shops/:shop/setup', 'setup'],
  ['/shops/:shop/people', 'people'],
  ['/shops/:shop/people/:id', 'person'],
  ['/shops/:shop/review', 'review'],
  ['/shops/:shop/activity', 'activity'],
  ['/shops/:shop/flows', 'flows'],
  ['/shops/:shop/flows/:id', 'flow'],
  ['/shops/:shop/catalogue', 'catalogue'],
  ['/shops/:shop/catalogue/:id', 'operation'],
  ['/shops/:shop/rules', 'rules'],
  ['/settings', 'settings'],
  ['/settings/:id*', 'settings'],
];

export function match(path: string): Route {
  const parts = split(path);
  for (const [pattern, page] of ROUTES) {
    const found = fits(split(pattern), parts);
    if (found) return { page, ...found };
  }
  return { page: 'missing', shop: null, id: null };
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function fits(pattern: string[], parts: string[]): Omit<Route, 'page'> | null {
  const found: Omit<Route, 'page'> = { shop: null, id: null };
  for (const [at, wanted] of pattern.entries()) {
    const part = parts[at];
    if (part === undefined) return null;
    if (wanted === ':id*') {
      found.id = parts.slice(at).map(read).join('/');
      return found;
    }
    if (wanted === ':shop') found.shop = read(part);
    else if (wanted === ':id') found.id = read(part);
    else if (wanted !== part) return null;
  }
  return pattern.length === parts.length ? found : null;
}

function read(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Paths of the pages. Nothing else writes a path of the application. */
export const to = {
  start: () => '/',
  shops: () => '/shops',
  newShop: () => '/shops/new',
  home: (shop: string) => `/shops/${escaped(shop)}`,
  setup: (shop: string) => `${to.home(shop)}/setup`,
  people: (shop: string, query: Query = {}) => `${to.home(shop)}/people${asked(query)}`,
  person: (shop: string, record: string) => `${to.home(shop)}/people/${escaped(record)}`,
  review: (shop: string) => `${to.home(shop)}/review`,
  activity: (shop: string, query: Query = {}) => `${to.home(shop)}/activity${asked(query)}`,
  flows: (shop: string) => `${to.home(shop)}/flows`,
  flow: (shop: string, flow: string) => `${to.home(shop)}/flows/${escaped(flow)}`,
  catalogue: (shop: string, query: Query = {}) => `${to.home(shop)}/catalogue${asked(query)}`,
  operation: (shop: string, id: string) => `${to.home(shop)}/catalogue/${escaped(id)}`,
  rules: (shop: string) => `${to.home(shop)}/rules`,
  settings: (section = '') => (section === '' ? '/settings' : `/settings/${section}`),
};

export type Query = Record<string, string | undefined>;

function escaped(part: string): string {
  return encodeURIComponent(part);
}

function asked(query: Query): string {
  const said = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  return said.length === 0 ? '' : `?${new URLSearchParams(said)}`;
}
