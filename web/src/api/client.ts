// Calls of the public API. `ask(api.GET('/api/v1/…', { params }))` gives the answer or throws a `Refusal`.
import createClient from 'openapi-fetch';
import type { paths } from './schema';

export const api = createClient<paths>({ baseUrl: '/', headers: { accept: 'application/json' } });

/** The API did not do it: what it says, and by which code. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, says: string, status: number) {
    super(says);
    this.name = 'Refusal';
    this.code = code;
    this.status = status;
  }

  /** Nobody answered: the service is down or the line is. */
  get isOffline(): boolean {
    return this.code === OFFLINE;
  }
}

export const OFFLINE = 'OFFLINE';

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer of a call. Signed out here, elsewhere or by the clock: to the door. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Refusal(OFFLINE, '', 0);
  }
  const { response } = answer;
  if (response.status === 401) {
    toTheDoor();
    throw new Refusal('NOT-SIGNED-IN', '', 401);
  }
  if (response.ok) return answer.data as T;
  // A proxy before the service that finds nobody behind it.
  if (response.status === 502 || response.status === 504) {
    const said = refusalIn(answer.error);
    if (!said) throw new Refusal(OFFLINE, '', response.status);
  }
  const said = refusalIn(answer.error);
  throw new Refusal(said?.code ?? `HTTP-${response.status}`, said?.says ?? response.statusText, response.status);
}

function refusalIn(body: unknown): { code: string; says: string } | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const error = body.error as { code?: unknown; says?: unknown };
  return typeof error?.code === 'string' && typeof error.says === 'string'
    ? { code: error.code, says: error.says }
    : null;
}

/** The page of the server where one signs in, and back here afterwards. */
export function toTheDoor(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(here)}`);
}
