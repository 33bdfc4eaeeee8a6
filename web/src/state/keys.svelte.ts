// The keyboard: pages say which keys they have, the shell shows them under `?`.
import { untrack } from 'svelte';

export interface Key {
  /** As `KeyboardEvent.key` says it, or two of them with a space between: `g h`. */
  press: string;
  does: string;
  run: () => void;
}

class Keys {
  #sets: Key[][] = $state.raw([]);
  #before: { key: string; at: number } | null = null;

  /** All keys that work here now. */
  readonly all: Key[] = $derived(this.#sets.flat());

  /** Adds keys until the answer is called: give it to `$effect`. */
  add(keys: Key[]): () => void {
    // Whoever adds keys in an effect is not to run again because others add theirs.
    this.#sets = [...untrack(() => this.#sets), keys];
    return () => {
      this.#sets = this.#sets.filter((set) => set !== keys);
    };
  }

  start(): void {
    document.addEventListener('keydown', (event) => this.#press(event));
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector('dialog[open]')) return;
    const before = this.#before && event.timeStamp - this.#before.at < 1_500 ? `${this.#before.key} ${event.key}` : null;
    this.#before = { key: event.key, at: event.timeStamp };
    // The newest first: a page may have a key of its own for what the shell has as well.
    const fit = (press: string | null) => this.all.findLast((key) => key.press === press);
    const key = fit(before) ?? (before && this.#leads(before) ? undefined : fit(event.key));
    if (!key) return;
    event.preventDefault();
    this.#before = null;
    key.run();
  }

  #leads(pressed: string): boolean {
    return this.all.some((key) => key.press.startsWith(`${pressed} `));
  }
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
}

export const keys = new Keys();
