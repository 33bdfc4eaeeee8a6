// The time, for what is shown relative to it. One tick for all who look.
import { createSubscriber } from 'svelte/reactivity';

const TICK = 10_000;

const subscribe = createSubscriber((update) => {
  const ticking = setInterval(update, TICK);
  return () => clearInterval(ticking);
});

/** Now; whoever shows it is shown anew from time to time. */
export function now(): Date {
  subscribe();
  // A moment that nobody changes.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  return new Date();
}
