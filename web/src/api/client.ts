// Calls of the public API. `ask(api.GET('/api/v1/…', { params }))` gives the answer or throws a `Refusal`.
import createClient from 'openapi-fetch';
import { upper } from '../format';
import type { paths } from './schema';

export const api = createClient<paths>({ baseUrl: '/', headers: { accept: 'application/json' } });

export interface Mistake {
  place: string;
  words: string;
}

/** The API did not do it: what it says, and by which code. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** What is wrong in what was given, place by place. */
  readonly mistakes: Mistake[];

  constructor(code: string, says: string, status: number, mistakes: Mistake[] = []) {
    // The server's words may go on after others; here they stand alone.
    super(upper(says));
    this.name = 'Refusal';
    this.code = code;
    this.status = status;
    this.mistakes = mistakes;
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
  const said = refusalIn(answer.error);
  // A proxy before the service that finds nobody behind it.
  if (!said && (response.status === 502 || response.status === 504)) throw new Refusal(OFFLINE, '', response.status);
  throw new Refusal(said?.code ?? `HTTP-${response.status}`, said?.says ?? response.statusText, response.status, said?.mistakes);
}

interface Said {
  code: string;
  says: string;
  mistakes: Mistake[];
}

function refusalIn(body: unknown): Said | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const error = body.error as { code?: unknown; says?: unknown; message?: unknown; mistakes?: unknown } | null;
  const says = error?.says ?? error?.message;
  if (typeof error?.code !== 'string' || typeof says !== 'string') return null;
  return { code: error.code, says, mistakes: Array.isArray(error.mistakes) ? (error.mistakes as Mistake[]) : [] };
}

/** The page of the server where one signs in, and back here afterwards. */
export function toTheDoor(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(here)}`);
}
