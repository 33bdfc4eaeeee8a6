// Short words about what was just done, with a way back where there is one.
import { Refusal } from '../api/client';

export interface Toast {
  id: number;
  text: string;
  tone: 'ok' | 'stopped';
  undo: (() => unknown) | null;
  /** What it is about: the next one about the same takes its place. */
  about: string | null;
}

/** Shown for this long; with a way back for longer. */
const SHORT = 6_000;
const LONG = 15_000;
const MOST = 3;

class Toasts {
  list: Toast[] = $state.raw([]);
  #next = 1;

  /** Says what was done. `undo` puts a button beside it; what was said before about the same goes. */
  done(text: string, undo: (() => unknown) | null = null, about: string | null = null): void {
    this.#add({ id: this.#next++, text, tone: 'ok', undo, about }, undo ? LONG : SHORT);
  }

  /** Says what did not work. */
  failed(text: string, about: string | null = null): void {
    this.#add({ id: this.#next++, text, tone: 'stopped', undo: null, about }, LONG);
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(toast: Toast, time: number): void {
    const others = this.list.filter(({ about }) => about === null || about !== toast.about);
    this.list = [...others, toast].slice(-MOST);
    setTimeout(() => this.close(toast.id), time);
  }
}

export const toasts = new Toasts();

/** Does a deed; what goes wrong is said in a toast. Gives whether it was done. */
export async function attempt(deed: () => Promise<unknown>, offline: string): Promise<boolean> {
  try {
    await deed();
    return true;
  } catch (cause) {
    if (cause instanceof Refusal) toasts.failed(cause.isOffline ? offline : cause.message);
    else throw cause;
    return false;
  }
}
