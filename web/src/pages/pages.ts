// Every page by its name, each in a chunk of its own.
import type { Component } from 'svelte';
import type { PageName } from '../router';

export interface PageProps {
  /** The shop that the path is under; empty where it is under none. */
  shop: string;
  /** The record, flow, operation or section; empty where the path names none. */
  id: string;
}

// A page that is about no shop takes no properties.
type Loader = () => Promise<{ default: Component<PageProps> | Component<Record<string, never>> }>;

export const pages: Record<PageName, Loader> = {
  start: () => import('./start/Page.svelte'),
  shops: () => import('./shops/Page.svelte'),
  'new-shop': () => import('./new-shop/Page.svelte'),
  home: () => import('./home/Page.svelte'),
  setup: () => import('./setup/Page.svelte'),
  people: () => import('./people/Page.svelte'),
  person: () => import('./person/Page.svelte'),
  review: () => import('./review/Page.svelte'),
  activity: () => import('./activity/Page.svelte'),
  flows: () => import('./flows/Page.svelte'),
  flow: () => import('./flow/Page.svelte'),
  catalogue: () => import('./catalogue/Page.svelte'),
  operation: () => import('./operation/Page.svelte'),
  rules: () => import('./rules/Page.svelte'),
  settings: () => import('./settings/Page.svelte'),
  missing: () => import('./missing/Page.svelte'),
};
