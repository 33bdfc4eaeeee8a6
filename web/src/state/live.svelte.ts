// What the server tells by itself: how the shops are, that a journal grew, that a job moved.
import { api, ask, Refusal } from '../api/client';
import type { Job, Overview, ShopOverview } from '../api/types';
import { SvelteMap } from 'svelte/reactivity';

/** While the stream of events is away, the status is asked for this often. */
const ASK_EVERY = 5_000;
/** A stream that could not be opened is tried again after this long. */
const OPEN_AGAIN = 4_000;
/** A stream that says nothing for this long is not one any more; the server gives a sign every 15 seconds. */
const SILENT = 40_000;

type Line = 'connecting' | 'open' | 'lost';

class Live {
  /** `lost` when neither the stream nor a question is answered. */
  line: Line = $state('connecting');
  overview: Overview | null = $state.raw(null);
  /** Why there is no overview. */
  trouble: Refusal | null = $state.raw(null);
  /** The newest journal line of each shop, by its number. */
  readonly journal = new SvelteMap<string, number>();
  /** Jobs that moved since this page was opened, by their id. */
  readonly jobs = new SvelteMap<string, Job>();
  /** Grows when the connection is back, and with each question while the stream is away: then pages fetch anew. */
  missed = $state(0);

  #stream: EventSource | null = null;
  #asking: ReturnType<typeof setInterval> | null = null;
  #watch: ReturnType<typeof setTimeout> | null = null;

  readonly offline: boolean = $derived(this.line === 'lost');

  /** Every shop; copies on which one is tried are none. */
  readonly shops: ShopOverview[] | null = $derived(this.overview?.shops.filter((shop) => !shop.copy_of) ?? null);

  /** A shop, or a copy of one. */
  shop(name: string): ShopOverview | null {
    return this.overview?.shops.find((shop) => shop.name === name) ?? null;
  }

  /** Changes when something happened in a shop. A page gives it to `load` as what renews it. */
  pulse(shop: string): string {
    return `${this.journal.get(shop) ?? 0}.${this.missed}`;
  }

  start(): void {
    this.#open();
    void this.#ask();
    window.addEventListener('online', () => this.#open());
    window.addEventListener('offline', () => {
      this.line = 'lost';
      this.#startAsking();
    });
    window.addEventListener('pagehide', () => this.#stream?.close());
    window.addEventListener('pageshow', (event) => event.persisted && this.#open());
  }

  /** Asks at once, for instance after a deed. */
  async look(): Promise<void> {
    await this.#ask();
  }

  #open(): void {
    this.#stream?.close();
    const stream = new EventSource('/api/v1/events');
    this.#stream = stream;
    const heard = (use: (data: string) => void) => (event: MessageEvent<string>) => {
      this.#alive();
      use(event.data);
    };
    stream.addEventListener('open', () => {
      // What happened since the last question was told to nobody.
      if (this.#asking && this.line !== 'lost') this.missed += 1;
      this.#alive();
      this.#stopAsking();
    });
    stream.addEventListener('status', heard((data) => this.#show(JSON.parse(data) as Overview)));
    stream.addEventListener('activity', heard((data) => {
      const { shop, newest } = JSON.parse(data) as { shop: string; newest: number };
      this.journal.set(shop, newest);
    }));
    stream.addEventListener('job', heard((data) => {
      const job = JSON.parse(data) as Job;
      this.jobs.set(job.id, job);
    }));
    stream.addEventListener('error', () => {
      // The browser opens it again by itself, unless the answer was no stream.
      this.#startAsking();
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.#stream === stream && this.#open(), OPEN_AGAIN);
    });
  }

  #alive(): void {
    if (this.line === 'lost') this.missed += 1;
    this.line = 'open';
    if (this.#watch) clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      this.#startAsking();
    }, SILENT);
  }

  #startAsking(): void {
    if (this.#asking) return;
    void this.#ask();
    this.#asking = setInterval(() => void this.#ask(), ASK_EVERY);
  }

  #stopAsking(): void {
    if (this.#asking) clearInterval(this.#asking);
    this.#asking = null;
  }

  async #ask(): Promise<void> {
    try {
      this.#show(await ask(api.GET('/api/v1/status', {})));
      if (this.line === 'lost' || this.#asking) this.missed += 1;
      this.line = 'open';
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      if (cause.isOffline) this.line = 'lost';
      this.trouble = cause;
    }
  }

  #show(overview: Overview): void {
    this.overview = overview;
    this.trouble = null;
  }
}

export const live = new Live();
