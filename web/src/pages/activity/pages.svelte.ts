// The journal a screenful at a time: older lines on demand, newer ones as they come.
import { api, ask, Refusal } from '../../api/client';
import type { Kind, LogLine, SideName } from '../../api/types';

const AT_ONCE = 50;

export interface Filter {
  search?: string;
  event?: string;
  side?: SideName;
  kind?: Kind;
  contact?: string;
}

export class Journal {
  lines: LogLine[] = $state.raw([]);
  loaded = $state(false);
  busy = $state(false);
  trouble: Refusal | null = $state.raw(null);
  #next: number | null = $state(null);
  #shop: string;
  #filter: Filter;
  /** What was asked before the filter changed is not shown. */
  #closed = false;

  constructor(shop: string, filter: Filter) {
    this.#shop = shop;
    this.#filter = filter;
  }

  readonly hasMore: boolean = $derived(this.#next !== null);

  start = (): Promise<void> =>
    this.#do(async () => {
      const page = await this.#fetch({});
      this.lines = page.lines;
      this.#next = page.next;
    });

  older = (): Promise<void> =>
    this.#do(async () => {
      if (this.#next === null) return;
      const page = await this.#fetch({ before: this.#next });
      this.lines = [...this.lines, ...page.lines];
      this.#next = page.next;
    });

  /** What came since; all anew where more than a screenful came. */
  newer = async (): Promise<void> => {
    const newest = this.lines[0]?.id;
    if (newest === undefined || this.trouble) return this.start();
    await this.#do(async () => {
      const page = await this.#fetch({ after: newest });
      if (page.next !== null && page.lines.length >= AT_ONCE) {
        this.lines = page.lines;
        this.#next = page.next;
      } else if (page.lines.length > 0) {
        this.lines = [...page.lines, ...this.lines];
      }
    });
  };

  close(): void {
    this.#closed = true;
  }

  async #fetch(where: { before?: number; after?: number }) {
    const query = { ...this.#filter, ...where, limit: AT_ONCE };
    const { lines, next } = await ask(api.GET('/api/v1/shops/{shop}/log', { params: { path: { shop: this.#shop }, query } }));
    return { lines, next: next ?? null };
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
      if (!this.#closed) this.trouble = null;
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      if (!this.#closed) this.trouble = cause;
    }
    this.busy = false;
    this.loaded = true;
  }
}
