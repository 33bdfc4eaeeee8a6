// How long work still takes, in words. Pure.
import { clock, duration } from '../format';
import type { Texts } from '../texts/index.svelte';

/** A guess is not better than this. */
const SOON = 120_000;
const MINUTE = 60_000;

/** How long, and until when; of what is near, or should be over by now, only that it is near. */
export function ending(finish: Date, now: Date, texts: Texts, language: string): string {
  const left = finish.getTime() - now.getTime();
  if (left < SOON) return texts.home.doneSoon;
  return `${duration((Math.ceil(left / MINUTE) * MINUTE) / 1000, language)}, ${texts.home.doneAround(clock(finish, now, language))}`;
}
