// A flow as the server keeps it (docs/flows.md), and what the editor does with one. Nothing here knows of the page.

import type { Json } from '../../parts/schema-form/model';

export type Length = { days?: number; hours?: number; minutes?: number };

/** A change of a value on its way: a word, or a table with one key. */
export type Transform = string | { [name: string]: Json };

export type Condition = {
  pick?: string;
  count?: { in: string; where?: Condition[] };
  then?: Transform[];
  is?: Json;
  is_not?: Json;
  in?: Json[];
  not_in?: Json[];
  has?: Json;
  lacks?: Json;
  filled?: boolean;
  more_than?: number;
  less_than?: number;
  before?: string;
  after?: string;
  newer_than?: Length;
  older_than?: Length;
  same_as?: string;
  any?: Condition[];
  all?: Condition[];
  not?: Condition;
};

export type Wait = Length & { business?: boolean; until?: Json };

export type Step = {
  id: string;
  call?: string;
  with?: Record<string, Json>;
  on_failure?: 'fail' | 'go_on';
  wait?: Wait;
  go_on_if?: Condition[];
  branch?: { if: Condition[]; then: Step[]; else?: Step[] };
  for_each?: { in: Json; as?: string; do: Step[]; at_most?: number };
  ask?: { question: Json; options: string[]; within: Length; otherwise: string };
  set?: Record<string, Json>;
  once?: { per: string; within?: Length };
  stop?: string;
};

export type Trigger = { on: string; [parameter: string]: Json };

export type Flow = {
  id: string;
  title?: string;
  help?: string;
  enabled?: boolean;
  recipe?: string;
  trigger: Trigger;
  when?: Condition[];
  step?: Step[];
};

/** What a step can do; it does exactly one. */
export const DEEDS = ['call', 'wait', 'go_on_if', 'branch', 'for_each', 'ask', 'set', 'once', 'stop'] as const;
export type Deed = (typeof DEEDS)[number];

export function deedOf(step: Step): Deed | undefined {
  return DEEDS.find((deed) => step[deed] !== undefined);
}

/** Every step of a flow with those inside it, from the top down. */
export function everyStep(steps: Step[] | undefined): Step[] {
  return (steps ?? []).flatMap((step) => [
    step,
    ...everyStep(step.branch?.then),
    ...everyStep(step.branch?.else),
    ...everyStep(step.for_each?.do),
  ]);
}

/** A name that no other step has. */
export function freshId(flow: Flow, wish: string): string {
  const plain = wish.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 50) || 'step';
  const taken = new Set(everyStep(flow.step).map((step) => step.id));
  if (!taken.has(plain)) return plain;
  let number = 2;
  while (taken.has(`${plain}_${number}`)) number += 1;
  return `${plain}_${number}`;
}

/** A new step that does this, to be filled in. */
export function newStep(flow: Flow, deed: Deed): Step {
  const id = freshId(flow, { go_on_if: 'check', for_each: 'each' }[deed as string] ?? deed);
  switch (deed) {
    case 'call':
      return { id, call: '', with: {} };
    case 'wait':
      return { id, wait: { days: 1 } };
    case 'go_on_if':
      return { id, go_on_if: [newCondition()] };
    case 'branch':
      return { id, branch: { if: [newCondition()], then: [], else: [] } };
    case 'for_each':
      return { id, for_each: { in: { pick: 'tickets' }, as: 'item', do: [], at_most: 50 } };
    case 'ask':
      return { id, ask: { question: '', options: ['yes', 'no'], within: { days: 2 }, otherwise: 'no' } };
    case 'set':
      return { id, set: {} };
    case 'once':
      return { id, once: { per: 'contact.id' } };
    case 'stop':
      return { id, stop: '' };
  }
}

export function newCondition(): Condition {
  return { pick: '', filled: true };
}

export function newFlow(id: string): Flow {
  return { id, title: '', trigger: { on: 'mygadgetrepairs.ticket.ready' }, when: [], step: [] };
}

/** A name for a flow out of its title, as the server wants it. */
export function idFromTitle(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}

/** Operators of a condition in the order in which people look for them. */
export const OPERATORS = [
  'is', 'is_not', 'in', 'not_in', 'filled', 'empty', 'has', 'lacks', 'more_than', 'less_than', 'before', 'after',
  'newer_than', 'older_than', 'same_as',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What the value beside an operator is. */
export function operandOf(operator: Operator): 'value' | 'list' | 'number' | 'path' | 'length' | 'none' {
  switch (operator) {
    case 'filled':
    case 'empty':
      return 'none';
    case 'in':
    case 'not_in':
      return 'list';
    case 'more_than':
    case 'less_than':
      return 'number';
    case 'before':
    case 'after':
    case 'same_as':
      return 'path';
    case 'newer_than':
    case 'older_than':
      return 'length';
    default:
      return 'value';
  }
}

/** How a condition is edited: as a comparison, as a group, or as it is written. */
export type ConditionForm = 'compare' | 'any' | 'all' | 'not' | 'written';

export function formOf(condition: Condition): ConditionForm {
  const keys = Object.keys(condition).filter((key) => condition[key as keyof Condition] !== undefined);
  if (keys.length === 1 && (keys[0] === 'any' || keys[0] === 'all' || keys[0] === 'not')) return keys[0];
  const rest = keys.filter((key) => key !== 'pick');
  const one = rest.length === 1 && condition.pick !== undefined ? rest[0] : undefined;
  return one !== undefined && (OPERATORS as readonly string[]).includes(one) ? 'compare' : 'written';
}

export function operatorOf(condition: Condition): Operator {
  if (condition.filled === false) return 'empty';
  return OPERATORS.find((operator) => condition[operator as keyof Condition] !== undefined) ?? 'filled';
}

/** The same comparison with another operator; a value is kept where it still fits. */
export function withOperator(condition: Condition, operator: Operator): Condition {
  const pick = condition.pick ?? '';
  const before = operatorOf(condition);
  const value = condition[before as keyof Condition] as Json | undefined;
  if (operator === 'filled') return { pick, filled: true };
  if (operator === 'empty') return { pick, filled: false };
  if (operandOf(operator) === operandOf(before) && value !== undefined) return { pick, [operator]: value };
  switch (operandOf(operator)) {
    case 'list':
      return { pick, [operator]: operandOf(before) === 'value' && value !== undefined && value !== '' ? [value] : [] };
    case 'number':
      return { pick, [operator]: 0 };
    case 'path':
      return { pick, [operator]: 'now' };
    case 'length':
      return { pick, [operator]: { days: 1 } };
    default:
      return { pick, [operator]: Array.isArray(value) ? (value[0] ?? '') : '' };
  }
}

/** How a value is edited: written out, picked, a text with names in it, the first that is filled, or as it is written. */
export type ExprForm = 'fixed' | 'pick' | 'template' | 'first_filled' | 'written';

const MARKERS = ['pick', 'template', 'first_filled', 'literal'];

export function exprForm(value: Json | undefined): ExprForm {
  if (value === null || value === undefined || typeof value !== 'object') return 'fixed';
  if (!Array.isArray(value)) {
    const keys = Object.keys(value);
    const allowed = (marker: string) => keys.every((key) => key === marker || key === 'then');
    if (typeof value.pick === 'string' && allowed('pick')) return 'pick';
    if (typeof value.template === 'string' && allowed('template')) return 'template';
    if (keys.length === 1 && Array.isArray(value.first_filled) && value.first_filled.every((one) => exprForm(one) === 'pick')) {
      return 'first_filled';
    }
  }
  return holdsExpression(value) ? 'written' : 'fixed';
}

/** Whether there is an expression anywhere in a value. */
export function holdsExpression(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsExpression);
  if (value === null || typeof value !== 'object') return false;
  return MARKERS.some((marker) => marker in value) || Object.values(value).some(holdsExpression);
}

/** The same value in another form, keeping what can be kept. */
export function inForm(value: Json | undefined, form: ExprForm): Json | undefined {
  const before = exprForm(value);
  if (before === form) return value;
  const table = value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
  switch (form) {
    case 'fixed':
      return typeof table.template === 'string' && !table.template.includes('{{') ? table.template : undefined;
    case 'pick':
      return { pick: firstName(value) ?? '' };
    case 'template':
      if (typeof table.pick === 'string' && table.pick !== '') return { template: `{{ ${table.pick} }}` };
      return { template: typeof value === 'string' ? value : '' };
    case 'first_filled':
      return { first_filled: [{ pick: typeof table.pick === 'string' ? table.pick : '' }] };
    case 'written':
      return value ?? null;
  }
}

function firstName(value: Json | undefined): string | undefined {
  const text = JSON.stringify(value ?? '');
  return /\{\{\s*([\w.]+)/.exec(text)?.[1] ?? /"pick":"([\w.]+)"/.exec(text)?.[1];
}

/** Changes of a value, by what they are about; each with what it takes. */
export const TRANSFORMS: { name: string; takes: 'nothing' | 'number' | 'text' | 'written'; begins?: Json }[] = [
  { name: 'upper', takes: 'nothing' },
  { name: 'lower', takes: 'nothing' },
  { name: 'trim', takes: 'nothing' },
  { name: 'digits', takes: 'nothing' },
  { name: 'mask', takes: 'nothing' },
  { name: 'text', takes: 'nothing' },
  { name: 'truncate', takes: 'number', begins: 80 },
  { name: 'replace', takes: 'written', begins: { from: '', to: '' } },
  { name: 'format_date', takes: 'text', begins: '%d.%m.%Y' },
  { name: 'add_days', takes: 'number', begins: 1 },
  { name: 'add_business_days', takes: 'number', begins: 1 },
  { name: 'add_hours', takes: 'number', begins: 1 },
  { name: 'add_minutes', takes: 'number', begins: 30 },
  { name: 'add_months', takes: 'number', begins: 1 },
  { name: 'start_of_day', takes: 'nothing' },
  { name: 'next_business_time', takes: 'nothing' },
  { name: 'date', takes: 'nothing' },
  { name: 'milliseconds', takes: 'nothing' },
  { name: 'number', takes: 'nothing' },
  { name: 'round', takes: 'number', begins: 2 },
  { name: 'add', takes: 'number', begins: 1 },
  { name: 'multiply', takes: 'number', begins: 1 },
  { name: 'format_number', takes: 'written', begins: { decimals: 2, point: '.', thousands: ',' } },
  { name: 'phone', takes: 'nothing' },
  { name: 'phone_in', takes: 'text', begins: 'GB' },
  { name: 'lookup', takes: 'written', begins: { map: {}, otherwise: '' } },
  { name: 'split', takes: 'text', begins: ',' },
  { name: 'join', takes: 'text', begins: ', ' },
  { name: 'first', takes: 'nothing' },
  { name: 'last', takes: 'nothing' },
  { name: 'first_filled', takes: 'nothing' },
  { name: 'count', takes: 'nothing' },
  { name: 'each', takes: 'text', begins: 'id' },
  { name: 'default', takes: 'text', begins: '' },
  { name: 'template', takes: 'text', begins: '{{ value }}' },
];

/** The name of a change, and what it was given. */
export function transformOf(transform: Transform): { name: string; given: Json | undefined } {
  if (typeof transform === 'string') return { name: transform, given: undefined };
  const [name = '', given] = Object.entries(transform)[0] ?? [];
  return { name, given };
}

export function newTransform(name: string): Transform {
  const kind = TRANSFORMS.find((one) => one.name === name);
  return kind && kind.takes !== 'nothing' ? { [name]: kind.begins ?? null } : name;
}

/** A flow without what is empty, as it is sent to the server. */
export function toSend(flow: Flow): { flow: Flow[] } {
  const plain = JSON.parse(JSON.stringify(flow)) as Flow;
  if (plain.when?.length === 0) delete plain.when;
  if (plain.enabled === true) delete plain.enabled;
  for (const [name, value] of Object.entries(plain.trigger)) {
    if (value === '' || value === null || (Array.isArray(value) && value.length === 0)) delete plain.trigger[name];
  }
  for (const step of everyStep(plain.step)) {
    if (step.with) {
      for (const [name, value] of Object.entries(step.with)) if (value === null || value === '') delete step.with[name];
      if (Object.keys(step.with).length === 0) delete step.with;
    }
    if (step.branch?.else?.length === 0) delete step.branch.else;
    for (const length of [step.wait, step.ask?.within, step.once?.within]) {
      if (length) for (const part of ['days', 'hours', 'minutes'] as const) if (!length[part]) delete length[part];
    }
    if (step.once?.within && Object.keys(step.once.within).length === 0) delete step.once.within;
  }
  return { flow: [inOrder(plain)] };
}

const FLOW_KEYS = ['id', 'title', 'help', 'enabled', 'recipe', 'trigger', 'when', 'step'];
const STEP_KEYS = ['id', ...DEEDS, 'with', 'on_failure'];

/** With its keys as people write them: names first, what is long last. */
function inOrder(flow: Flow): Flow {
  const steps = (list: Step[] | undefined): Step[] => (list ?? []).map(step);
  const step = (one: Step): Step => {
    const after = ordered(one, STEP_KEYS);
    if (after.branch) {
      after.branch = { if: after.branch.if, then: steps(after.branch.then), ...(after.branch.else ? { else: steps(after.branch.else) } : {}) };
    }
    if (after.for_each) after.for_each = { ...after.for_each, do: steps(after.for_each.do) };
    return after;
  };
  const after = ordered(flow, FLOW_KEYS);
  if (after.step) after.step = steps(after.step);
  after.trigger = ordered(after.trigger, ['on', 'by']);
  return after;
}

function ordered<T extends object>(table: T, keys: string[]): T {
  const place = (name: string) => (keys.indexOf(name) + 1 || keys.length + 1);
  return Object.fromEntries(Object.entries(table).sort(([one], [other]) => place(one) - place(other))) as T;
}

/** The same text for the same value, however its keys are ordered. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** Moves an item of a list by one place; whether it could. */
export function move<T>(list: T[], at: number, by: -1 | 1): boolean {
  const item = list[at];
  const to = at + by;
  if (item === undefined || to < 0 || to >= list.length) return false;
  list.splice(at, 1);
  list.splice(to, 0, item);
  return true;
}
