// The newest job of a kind in a shop: found when the page opens, then followed by the server's events.
import { ask } from '../../api/client';
import { soon } from '../../api/soon';
import type { Progress } from '../../api/types';
import { load } from '../../state/load.svelte';
import { live } from '../../state/live.svelte';

export type Job = {
  id: string;
  shop: string;
  kind: 'check' | 'preview' | 'sync';
  approve: boolean;
  state: 'running' | 'done' | 'failed';
  began_at: string;
  ended_at: string | null;
  progress: Progress;
  trouble: { code: string; message: string } | null;
};

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
        return (await ask(soon.GET('/api/v1/shops/{shop}/jobs', { params: { path: { shop: shop() } }, signal }))).jobs as Job[];
      },
    );
  }

  /** The newest of a kind, as far as it has come. */
  of(kind: Job['kind']): Job | null {
    const told = [...live.jobs.values()] as unknown as Job[];
    const byId: Record<string, Job> = {};
    // What an event told is newer than what was fetched.
    for (const job of [...(this.#found.data ?? []), ...this.#begun, ...told]) byId[job.id] = job;
    const fit = Object.values(byId).filter((job) => job.shop === this.#shop() && job.kind === kind);
    return fit.sort((one, other) => other.began_at.localeCompare(one.began_at))[0] ?? null;
  }

  async begin(kind: Job['kind'], body?: { approve: boolean }): Promise<void> {
    const params = { path: { shop: this.#shop() } };
    const job = (await ask(soon.POST(`/api/v1/shops/{shop}/${kind}`, { params, body: body ?? {} }))) as Job;
    this.#begun = [...this.#begun, job];
  }
}
