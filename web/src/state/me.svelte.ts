// Who is looking, and what this one may do.
import { api, ask } from '../api/client';
import type { Me, Permission } from '../api/types';

class Self {
  #me: Me | null = $state.raw(null);
  readonly name: string | null = $derived(this.#me?.name ?? null);
  readonly kind: Me['kind'] = $derived(this.#me?.kind ?? 'anybody');
  readonly role: string | null = $derived(this.#me?.role ?? null);

  async start(): Promise<void> {
    this.#me = await ask(api.GET('/api/v1/me', {}));
  }

  /** What is not allowed is said once on a page, and its buttons are not shown. */
  may(permission: Permission): boolean {
    return this.#me?.may.includes(permission) ?? false;
  }
}

export const me = new Self();
