// What a page fetches: shown while it is renewed, with its trouble where it could not be.
import { Refusal } from '../api/client';

export class Loaded<T> {
  data: T | null = $state.raw(null);
  trouble: Refusal | null = $state.raw(null);
  busy = $state(false);

  #fetch: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | null = null;

  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Fetches anew. What was shown stays until the answer is here. */
  reload = async (): Promise<void> => {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.busy = true;
    try {
      const data = await this.#fetch(running.signal);
      if (running.signal.aborted) return;
      this.data = data;
      this.trouble = null;
    } catch (cause) {
      if (running.signal.aborted) return;
      this.trouble = cause instanceof Refusal ? cause : new Refusal('INTERNAL', String(cause), 0);
    } finally {
      if (this.#running === running) this.busy = false;
    }
  };

  /** Puts in what is known already: a deed that answers with the new state, a click that is shown at once. */
  put(data: T): void {
    this.data = data;
  }

  stop(): void {
    this.#running?.abort();
  }
}

/** What is only renewed is fetched this often at most, however much happens. */
const RENEW_EVERY = 1_500;

/**
 * Fetches when the page is shown, and again when `subject` changes (another shop, another search), which drops
 * what was shown. When what `renewedBy` gives changes, it is fetched quietly and what is shown stays.
 */
export function load<T>(
  subject: () => unknown,
  fetch: (signal: AbortSignal) => Promise<T>,
  renewedBy: () => unknown = () => null,
): Loaded<T> {
  const loaded = new Loaded(fetch);
  let waiting: ReturnType<typeof setTimeout> | null = null;
  let fetchedAt = 0;

  function renew(): void {
    if (waiting) clearTimeout(waiting);
    waiting = null;
    fetchedAt = Date.now();
    void loaded.reload();
  }

  let shown: string | null = null;
  $effect(() => {
    const about = JSON.stringify(subject());
    renewedBy();
    if (about !== shown) {
      shown = about;
      loaded.data = null;
      loaded.trouble = null;
      renew();
    } else {
      waiting ??= setTimeout(renew, Math.max(0, fetchedAt + RENEW_EVERY - Date.now()));
    }
  });
  $effect(() => () => {
    if (waiting) clearTimeout(waiting);
    loaded.stop();
  });
  return loaded;
}
