// The open questions, a screenful at a time, and which of them is looked at.
import { api, ask } from '../../api/client';
import type { Question, ReviewPage } from '../../api/types';
import type { Refusal } from '../../api/client';

const AT_ONCE = 50;

export interface Answer {
  answer: 'accept' | 'apart' | 'merge';
  side?: 'highlevel' | 'mygadgetrepairs';
  candidate?: string;
}

export class Queue {
  list: Question[] = $state.raw([]);
  open = $state(0);
  loaded = $state(false);
  trouble: Refusal | null = $state.raw(null);
  #at = $state(0);
  #next: number | null = $state(null);
  #shop: string;

  constructor(shop: string) {
    this.#shop = shop;
  }

  readonly current: Question | null = $derived(this.list[this.#at] ?? null);
  readonly place: number = $derived(this.#at);
  readonly hasMore: boolean = $derived(this.#next !== null);

  /** Fetches the questions anew; the one that is looked at stays. */
  reload = async (look?: number): Promise<void> => {
    try {
      const page = await this.#fetch();
      const looked = look ?? this.current?.id;
      this.#take(page, page.reviews);
      const at = this.list.findIndex((question) => question.id === looked);
      this.#at = at >= 0 ? at : Math.min(this.#at, Math.max(0, this.list.length - 1));
      this.trouble = null;
    } catch (cause) {
      this.trouble = cause as Refusal;
    }
    this.loaded = true;
  };

  more = async (): Promise<void> => {
    if (this.#next === null) return;
    const page = await this.#fetch(this.#next);
    const last = this.list.at(-1)?.id ?? 0;
    this.#take(page, [...this.list, ...page.reviews.filter((question) => question.id > last)]);
  };

  look(at: number): void {
    if (at >= 0 && at < this.list.length) this.#at = at;
    if (at >= this.list.length - 3) void this.more();
  }

  next = (): void => this.look(this.#at + 1);
  previous = (): void => this.look(this.#at - 1);

  /** Answers a question; it leaves the list, and the one after it is looked at. */
  async answer(question: Question, answer: Answer): Promise<string> {
    const params = { path: { shop: this.#shop, id: String(question.id) } };
    const { done } = await ask(api.POST('/api/v1/shops/{shop}/review/{id}', { params, body: answer }));
    const at = this.list.findIndex((one) => one.id === question.id);
    this.list = this.list.filter((one) => one.id !== question.id);
    this.open = Math.max(0, this.open - 1);
    if (at >= 0 && at < this.#at) this.#at -= 1;
    this.#at = Math.max(0, Math.min(this.#at, this.list.length - 1));
    if (this.list.length < 5) void this.more();
    return done;
  }

  #fetch(after?: number): Promise<ReviewPage> {
    const query = after === undefined ? { limit: AT_ONCE } : { after, limit: AT_ONCE };
    return ask(api.GET('/api/v1/shops/{shop}/review', { params: { path: { shop: this.#shop }, query } }));
  }

  #take(page: ReviewPage, list: Question[]): void {
    this.list = list;
    this.open = page.open;
    this.#next = page.next ?? null;
  }
}
