// Jobs live in the process of the service: one that ended took those that ran with it.
import type { Job } from './types';

/** The jobs that were running and that the service, asked afterwards, does not list any more. It never drops one that runs. */
export function gone(known: Job[], listed: Job[]): Job[] {
  const ids = listed.map((job) => job.id);
  return known.filter((job) => job.state === 'running' && !ids.includes(job.id));
}

/** A job that nobody works on any more, as one that could not be done. */
export function interrupted(job: Job, message: string): Job {
  return { ...job, state: 'failed', trouble: { code: 'INTERRUPTED', message } };
}
