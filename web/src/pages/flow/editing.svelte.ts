// What the parts of the editor share: the names to pick from, a sample, and what is known of operations.
import { getContext, setContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { api, ask } from '../../api/client';
import type { Json, Schema } from '../../parts/schema-form/model';
import type { Operation } from '../catalogue/types';
import { everyStep, type Flow } from '../flows/document';
import { paths, sampled, type Path } from '../flows/names';

const KEY = Symbol('editing');

export class Editing {
  readonly shop: string;
  flow: Flow = $state({ id: '', trigger: { on: '' } });
  /** What a test run told, under the names that the flow picks it by. */
  sample: Json | undefined = $state.raw(undefined);
  readonly #operations = new SvelteMap<string, Operation | null>();
  readonly #asked: Record<string, true> = {};

  /** What may be picked now. */
  readonly paths: Path[] = $derived.by(() => {
    const outputs: Record<string, Schema | undefined> = {};
    for (const step of everyStep(this.flow.step)) if (step.call) outputs[step.call] = this.operation(step.call)?.output;
    return paths(this.flow, this.operation(this.flow.trigger.on)?.output, outputs);
  });

  constructor(shop: string) {
    this.shop = shop;
  }

  /** An operation of the catalogue; null where there is none, undefined while it is being fetched. */
  operation(id: string): Operation | null | undefined {
    const known = this.#operations.get(id);
    if (known === undefined && id !== '' && !this.#asked[id]) {
      this.#asked[id] = true;
      queueMicrotask(() => void this.#fetch(id));
    }
    return known;
  }

  /** The value of a path in the sample, in short; nothing where the sample does not tell. */
  sampleOf(path: string): string | null {
    const value = sampled(this.sample, path);
    if (value === undefined || value === null || value === '') return null;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  }

  async #fetch(id: string): Promise<void> {
    try {
      this.#operations.set(id, (await ask(api.GET('/api/v1/operations/{id}', { params: { path: { id } } }))) as Operation);
    } catch {
      this.#operations.set(id, null);
    }
  }
}

export function share(editing: Editing): void {
  setContext(KEY, editing);
}

export function shared(): Editing {
  return getContext<Editing>(KEY);
}
