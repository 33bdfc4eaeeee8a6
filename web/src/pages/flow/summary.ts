// A step in one sentence, for the list of steps. Pure; the page gives the words.
import type { Condition, Length, Step } from '../flows/document';
import { deedOf, formOf, operandOf, operatorOf, type Operator } from '../flows/document';
import type { Json } from '../../parts/schema-form/model';

export type Words = {
  wait: (how: string) => string;
  waitOpen: string;
  waitUntil: (moment: string) => string;
  days: (n: number) => string;
  hours: (n: number) => string;
  minutes: (n: number) => string;
  business: (how: string) => string;
  goOnIf: (conditions: string) => string;
  branch: (conditions: string) => string;
  forEach: (list: string) => string;
  ask: (question: string) => string;
  set: (names: string) => string;
  once: (per: string) => string;
  stop: (reason: string) => string;
  nothing: string;
  and: string;
  or: string;
  not: (condition: string) => string;
  written: string;
  more: (first: string, n: number) => string;
};

export type Speech = { says: Words; operators: Record<Operator, string>; titleOf: (operation: string) => string; fieldOf: (path: string) => string };

export function summary(step: Step, speech: Speech): string {
  const { says } = speech;
  switch (deedOf(step)) {
    case 'call':
      return step.call ? speech.titleOf(step.call) : says.nothing;
    case 'wait': {
      const wait = step.wait ?? {};
      if (wait.until === 'next_business_time') return says.waitOpen;
      if (wait.until !== undefined && wait.until !== null) return says.waitUntil(shown(wait.until, speech.fieldOf));
      const how = lengthIn(wait, says);
      return how === '' ? says.nothing : says.wait(wait.business ? says.business(how) : how);
    }
    case 'go_on_if':
      return says.goOnIf(all(step.go_on_if ?? [], speech));
    case 'branch':
      return says.branch(all(step.branch?.if ?? [], speech));
    case 'for_each':
      return says.forEach(shown(step.for_each?.in ?? null, speech.fieldOf));
    case 'ask':
      return says.ask(shown(step.ask?.question ?? '', speech.fieldOf));
    case 'set':
      return Object.keys(step.set ?? {}).length === 0 ? says.nothing : says.set(Object.keys(step.set ?? {}).join(', '));
    case 'once':
      return says.once(speech.fieldOf(step.once?.per ?? ''));
    case 'stop':
      return says.stop(step.stop ?? '');
    default:
      return says.nothing;
  }
}

/** Conditions that all must hold; more than two are told by the first. */
export function all(conditions: Condition[], speech: Speech): string {
  const told = conditions.map((one) => condition(one, speech));
  const [first] = told;
  if (first === undefined) return '…';
  return told.length > 2 ? speech.says.more(first, told.length - 1) : told.join(speech.says.and);
}

export function condition(one: Condition, speech: Speech): string {
  const { says, operators } = speech;
  switch (formOf(one)) {
    case 'any':
      return (one.any ?? []).map((inner) => condition(inner, speech)).join(says.or) || '…';
    case 'all':
      return all(one.all ?? [], speech);
    case 'not':
      return says.not(one.not ? condition(one.not, speech) : '…');
    case 'written':
      return says.written;
    case 'compare': {
      const operator = operatorOf(one);
      const kind = operandOf(operator);
      const value = one[operator as keyof Condition];
      const parts = [one.pick ? speech.fieldOf(one.pick) : '…', operators[operator]];
      if (kind === 'length') parts.push(lengthIn((value ?? {}) as Length, says));
      else if (kind === 'path') parts.push(typeof value === 'string' && value !== '' ? speech.fieldOf(value) : '…');
      else if (kind !== 'none') parts.push(shown((value ?? '') as Json, speech.fieldOf));
      return parts.join(' ').trim();
    }
  }
}

export function lengthIn(length: Length, says: Pick<Words, 'days' | 'hours' | 'minutes'>): string {
  const parts: string[] = [];
  if (length.days) parts.push(says.days(length.days));
  if (length.hours) parts.push(says.hours(length.hours));
  if (length.minutes) parts.push(says.minutes(length.minutes));
  return parts.join(' ');
}

/** A value in short. */
export function shown(value: Json, fieldOf: (path: string) => string = (path) => path): string {
  if (value === null || value === '') return '…';
  if (Array.isArray(value)) return value.map((one) => shown(one, fieldOf)).join(', ');
  if (typeof value === 'object') {
    if (typeof value['pick'] === 'string') return value['pick'] ? fieldOf(value['pick']) : '…';
    if (typeof value['template'] === 'string') return value['template'] || '…';
    return '{…}';
  }
  return String(value);
}
