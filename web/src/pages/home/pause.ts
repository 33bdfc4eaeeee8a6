import { api, ask } from '../../api/client';
import { live } from '../../state/live.svelte';
import { attempt, toasts } from '../../state/toasts.svelte';
import { t } from '../../texts/index.svelte';

/** Pauses a shop or lets it go on; either can be undone from the toast. */
export async function setPaused(shop: string, paused: boolean): Promise<void> {
  const params = { path: { shop } };
  const call = () =>
    ask(paused ? api.POST('/api/v1/shops/{shop}/pause', { params }) : api.POST('/api/v1/shops/{shop}/resume', { params }));
  if (!(await attempt(call, t().shell.offlineDeed))) return;
  toasts.done(paused ? t().home.paused : t().home.resumed, () => setPaused(shop, !paused), `pause ${shop}`);
  await live.look();
}
