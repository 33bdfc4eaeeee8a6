// Where the user is. Pages read `place.route` and `place.query`; links are plain `<a href>`.
import { match, type Query, type Route } from '../router';

class Place {
  #url = $state.raw(new URL(window.location.href));
  readonly route: Route = $derived(match(this.#url.pathname));
  readonly query: URLSearchParams = $derived(this.#url.searchParams);
  readonly path: string = $derived(this.#url.pathname);

  /** Goes to a path of the application. */
  go(path: string, { replace = false } = {}): void {
    const url = new URL(path, window.location.href);
    if (url.href === this.#url.href) return;
    const samePage = url.pathname === this.#url.pathname;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.#url = url;
    if (!samePage) window.scrollTo(0, 0);
  }

  /** Keeps in the address what the page shows, so that it can be found again and sent to somebody. */
  ask(query: Query): void {
    const url = new URL(this.#url);
    for (const [name, value] of Object.entries(query)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    this.go(url.pathname + url.search, { replace: true });
  }

  /** Follows the browser's own buttons and the links of the pages. */
  start(): void {
    window.addEventListener('popstate', () => {
      this.#url = new URL(window.location.href);
    });
    document.addEventListener('click', (event) => {
      const path = ours(event);
      if (path === null) return;
      event.preventDefault();
      this.go(path);
    });
  }
}

/** Pages that the server renders by itself. */
const OF_THE_SERVER = /^\/(api|assets|login|logout|setup|account|oauth|mcp|health|hooks)(\/|$)/;

function ours(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download')) return null;
  const url = new URL(link.href, window.location.href);
  if (url.origin !== window.location.origin || OF_THE_SERVER.test(url.pathname)) return null;
  if (url.hash !== '' && url.pathname === window.location.pathname) return null;
  return url.pathname + url.search + url.hash;
}

export const place = new Place();
