// The newest job of a kind in a shop: found when the page opens, then followed by the server's events. Where the service
// was started anew meanwhile, what it did is told as interrupted.
import { untrack } from 'svelte';
import { api, ask } from '../../api/client';
import { load } from '../../state/load.svelte';
import { live } from '../../state/live.svelte';
import { t } from '../../texts/index.svelte';
import { gone, interrupted } from './gone';
import type { Job } from './types';

export class Jobs {
  readonly #shop: () => string;
  #begun: Job[] = $state.raw([]);
  #gone: Job[] = $state.raw([]);
  readonly #found: { data: Job[] | null };

  constructor(shop: () => string) {
    this.#shop = shop;
    this.#found = load(
      () => shop(),
      async (signal): Promise<Job[]> => {
        if (shop() === '') return [];
        const before = untrack(() => this.#known());
        const { jobs } = await ask(api.GET('/api/v1/shops/{shop}/jobs', { params: { path: { shop: shop() } }, signal }));
        this.#gone = [...this.#gone, ...gone(before, jobs)];
        return jobs;
      },
      () => live.missed,
    );
  }

  /** The newest of a kind, as far as it has come. */
  of(kind: Job['kind']): Job | null {
    const fit = this.#known().filter((job) => job.kind === kind);
    const job = fit.sort((one, other) => other.began_at.localeCompare(one.began_at))[0];
    return job ?? null;
  }

  /** One of them, as far as it has come. */
  one(id: string): Job | null {
    return this.#known().find((job) => job.id === id) ?? null;
  }

  /** Knows a job that was just begun. */
  follow(job: Job): void {
    this.#begun = [...this.#begun, job];
  }

  async begin(kind: Exclude<Job['kind'], 'undo'>): Promise<void> {
    const params = { path: { shop: this.#shop() } };
    const call = {
      check: () => api.POST('/api/v1/shops/{shop}/check', { params }),
      preview: () => api.POST('/api/v1/shops/{shop}/preview', { params }),
      copy: () => api.POST('/api/v1/shops/{shop}/copy', { params }),
      // Whoever begins a sync here has seen what it does.
      sync: () => api.POST('/api/v1/shops/{shop}/sync', { params, body: { approve: true } }),
    }[kind];
    this.follow(await ask(call()));
  }

  /** Of this shop. What an event told is newer than what was fetched, but what ended runs no more: its event may have been missed. */
  #known(): Job[] {
    const byId: Record<string, Job> = {};
    for (const job of [...(this.#found.data ?? []), ...this.#begun, ...live.jobs.values()]) {
      const known = byId[job.id];
      if (!known || known.state === 'running' || job.state !== 'running') byId[job.id] = job;
    }
    for (const job of this.#gone) byId[job.id] = interrupted(job, t().setup.interrupted);
    return Object.values(byId).filter((job) => job.shop === this.#shop());
  }
}
