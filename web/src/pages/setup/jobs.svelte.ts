// The newest job of a kind in a shop: found when the page opens, then followed by the server's events.
import { api, ask } from '../../api/client';
import { load } from '../../state/load.svelte';
import { live } from '../../state/live.svelte';
import type { Job } from './types';

export class Jobs {
  readonly #shop: () => string;
  #begun: Job[] = $state.raw([]);
  readonly #found: { data: Job[] | null };

  constructor(shop: () => string) {
    this.#shop = shop;
    this.#found = load(
      () => shop(),
      async (signal): Promise<Job[]> => {
        if (shop() === '') return [];
        return (await ask(api.GET('/api/v1/shops/{shop}/jobs', { params: { path: { shop: shop() } }, signal }))).jobs;
      },
    );
  }

  /** The newest of a kind, as far as it has come. */
  of(kind: Job['kind']): Job | null {
    const told = [...live.jobs.values()];
    const byId: Record<string, Job> = {};
    // What an event told is newer than what was fetched.
    for (const job of [...(this.#found.data ?? []), ...this.#begun, ...told]) byId[job.id] = job;
    const fit = Object.values(byId).filter((job) => job.shop === this.#shop() && job.kind === kind);
    return fit.sort((one, other) => other.began_at.localeCompare(one.began_at))[0] ?? null;
  }

  async begin(kind: Job['kind']): Promise<void> {
    const params = { path: { shop: this.#shop() } };
    const call = {
      check: () => api.POST('/api/v1/shops/{shop}/check', { params }),
      preview: () => api.POST('/api/v1/shops/{shop}/preview', { params }),
      copy: () => api.POST('/api/v1/shops/{shop}/copy', { params }),
      // Whoever begins a sync here has seen what it does.
      sync: () => api.POST('/api/v1/shops/{shop}/sync', { params, body: { approve: true } }),
    }[kind];
    const job: Job = await ask(call());
    this.#begun = [...this.#begun, job];
  }
}
