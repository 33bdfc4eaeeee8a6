// What a flow may pick from: names and their fields (written by the server's own test, names.json), what its trigger
// tells, and what the steps before gave.

import type { Flow, Step } from './document';
import { everyStep } from './document';
import type { Json, Schema } from '../../parts/schema-form/model';
import known from './names.json';

export type Path = { path: string; group: string };

type Name = { name: string; list: boolean; fields: string[] };

const NAMES: Name[] = known.names.map((name) => ({ ...name, fields: name.fields.split(' ') }));
const RECORDS = known.records as Record<string, string | null>;

/** Facts of an occurrence that are records themselves. */
const VIEWS = ['before', 'after'];

/** The name of the record that a trigger is about. */
export function recordOf(trigger: string): string | null {
  return RECORDS[trigger] ?? null;
}

/** Every path, those of the trigger's own record first. `outputs` are the answers of operations, by id. */
export function paths(flow: Flow, trigger: Schema | undefined, outputs: Record<string, Schema | undefined>): Path[] {
  const own = recordOf(flow.trigger.on);
  const ordered = [...NAMES].sort((one, other) => Number(other.name === own) - Number(one.name === own));
  const found: Path[] = [{ path: 'now', group: 'now' }];
  for (const name of ordered) {
    if (name.list) found.push({ path: name.name, group: name.name });
    else for (const field of name.fields) found.push({ path: `${name.name}.${field}`, group: name.name });
  }
  const facts = Object.keys(trigger?.properties ?? {});
  const fields = NAMES.find((name) => name.name === own)?.fields ?? [];
  for (const fact of facts) {
    if (VIEWS.includes(fact)) found.push(...fields.map((field) => ({ path: `trigger.${fact}.${field}`, group: 'trigger' })));
    else found.push({ path: `trigger.${fact}`, group: 'trigger' });
  }
  for (const step of everyStep(flow.step)) found.push(...given(step, outputs));
  return found;
}

/** What a step gives to those after it. */
function given(step: Step, outputs: Record<string, Schema | undefined>): Path[] {
  const path = (tail: string) => ({ path: `steps.${step.id}.${tail}`, group: 'steps' });
  if (step.ask) return [path('answer')];
  if (step.set) return Object.keys(step.set).map(path);
  if (step.call) {
    const found = leaves(outputs[step.call], '', 0).map(path);
    return step.on_failure === 'go_on' ? [...found, path('failed'), path('why')] : found;
  }
  return [];
}

/** The names in an answer, two objects deep. */
function leaves(schema: Schema | undefined, before: string, depth: number): string[] {
  const members = Object.entries(schema?.properties ?? {});
  return members.flatMap(([name, inner]) => {
    const path = before === '' ? name : `${before}.${name}`;
    return depth < 2 && inner.properties ? leaves(inner, path, depth + 1) : [path];
  });
}

/** The value that a path has in a sample; undefined where the sample does not tell. */
export function sampled(sample: Json | undefined, path: string): Json | undefined {
  let at: Json | undefined = sample;
  for (const part of path.split('.')) {
    if (at === null || at === undefined || typeof at !== 'object' || Array.isArray(at)) return undefined;
    at = at[part];
  }
  return at;
}

/** What a run's occurrence tells, under the names that a flow picks it by. */
export function sampleOf(occurrence: Json | undefined): Json {
  const read = (value: Json | undefined, name: string): Json | undefined =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined;
  const facts = read(occurrence, 'facts');
  const trigger = read(occurrence, 'trigger');
  const at = read(occurrence, 'at');
  const sample: Record<string, Json> = {};
  if (facts !== null && typeof facts === 'object' && !Array.isArray(facts)) sample['trigger'] = { ...facts, at: at ?? null };
  if (at !== undefined) sample['now'] = at;
  const name = typeof trigger === 'string' ? recordOf(trigger) : null;
  const record = read(facts, 'after') ?? read(facts, 'before');
  if (name && record !== undefined) sample[name] = record;
  return sample;
}
