// The steps of a set-up that somebody went on from, kept in this window until the server knows more of it.
import { STEPS, type StepId } from './steps';

const key = (shop: string) => `repairbridge.setup.${shop}`;

export function passed(shop: string): StepId[] {
  try {
    const kept = (sessionStorage.getItem(key(shop)) ?? '').split(' ');
    return STEPS.filter((step) => kept.includes(step));
  } catch {
    return [];
  }
}

export function keepPassed(shop: string, steps: readonly StepId[]): void {
  try {
    sessionStorage.setItem(key(shop), steps.join(' '));
  } catch {
    // Without storage it is known until the page is left.
  }
}
