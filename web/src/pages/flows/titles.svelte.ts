// What operations are called, by id. The core is fetched once for all who show one.
import { api, ask } from '../../api/client';
import type { OperationLine } from '../catalogue/types';

class Titles {
  #lines: OperationLine[] | null = $state.raw(null);
  #asked = false;

  /** The core of the catalogue; empty until it is there. */
  get lines(): OperationLine[] {
    if (!this.#asked) {
      this.#asked = true;
      // Fetched after the page was drawn: what is read while drawing must not change anything.
      queueMicrotask(() => void this.#fetch());
    }
    return this.#lines ?? [];
  }

  /** Its title; the id as long as no better is known. */
  of(id: string): string {
    return this.lines.find((line) => line.id === id)?.title ?? id;
  }

  async #fetch(): Promise<void> {
    try {
      this.#lines = (await ask(api.GET('/api/v1/operations', {}))).operations as OperationLine[];
    } catch {
      // Ids serve as well; asked again with the next page.
      this.#asked = false;
    }
  }
}

export const titles = new Titles();
