// What a form shows of a JSON Schema (2020-12, the part of it that the catalogue of operations uses), and what is wrong
// with what was typed. Nothing here knows of the page.

import { upper } from '../../format';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A JSON Schema as it comes. */
export type Schema = {
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  enum?: Json[];
  const?: Json;
  items?: Schema | boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  contentEncoding?: string;
  minimum?: number;
  maximum?: number;
  [other: string]: unknown;
};

/** What is shown for a value. */
export type Shape =
  | { is: 'text'; format?: string }
  | { is: 'number'; whole: boolean; least?: number; most?: number }
  | { is: 'yes_no' }
  | { is: 'choice'; values: Json[] }
  | { is: 'file' }
  | { is: 'list'; item: Value }
  | { is: 'object'; members: Member[] }
  /** What no form is made for: typed as JSON. */
  | { is: 'json' };

/** A shape, and whether null may stand in its place. */
export type Value = { shape: Shape; nullable: boolean };

export type Member = {
  name: string;
  title: string;
  help?: string;
  required: boolean;
  value: Value;
};

/** What is wrong with a value, where, and in which words: the page has the texts. */
export type Mistake = {
  /** Names and places from the top to the value. */
  path: (string | number)[];
  code: 'missing' | 'not_text' | 'not_number' | 'not_whole' | 'too_small' | 'too_large' | 'not_choice' | 'not_list'
    | 'not_object' | 'not_yes_no' | 'unknown' | 'not_email' | 'not_uri' | 'not_date' | 'not_instant';
  /** The limit or the name that the words need. */
  what?: string;
};

/** Deeper than this a form is no help. */
const DEEPEST = 6;

/** Reads a schema. */
export function read(schema: Schema | boolean | undefined, depth = 0): Value {
  if (schema === undefined || typeof schema === 'boolean' || depth > DEEPEST) return json(true);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return either(choices, depth);
  if (schema.enum) {
    const values = schema.enum.filter((value) => value !== null);
    return { shape: { is: 'choice', values }, nullable: values.length < schema.enum.length };
  }
  if (schema.const !== undefined) return { shape: { is: 'choice', values: [schema.const as Json] }, nullable: false };
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const nullable = types.includes('null');
  const plain = types.filter((type) => type !== 'null');
  const only = plain.length === 1 ? plain[0] : undefined;
  switch (only) {
    case 'string':
      if (schema.contentEncoding === 'base64') return { shape: { is: 'file' }, nullable };
      return { shape: schema.format ? { is: 'text', format: schema.format } : { is: 'text' }, nullable };
    case 'integer':
    case 'number': {
      const shape: Shape = { is: 'number', whole: only === 'integer' };
      if (typeof schema.minimum === 'number') shape.least = schema.minimum;
      if (typeof schema.maximum === 'number') shape.most = schema.maximum;
      return { shape, nullable };
    }
    case 'boolean':
      return { shape: { is: 'yes_no' }, nullable };
    case 'array':
      return { shape: { is: 'list', item: read(schema.items, depth + 1) }, nullable };
    case 'object': {
      const members = membersOf(schema, depth);
      // Names of one's own choice have no field to be typed into.
      const open = schema.additionalProperties !== false && schema.additionalProperties !== undefined;
      if (members.length === 0 || open) return json(nullable);
      return { shape: { is: 'object', members }, nullable };
    }
    default:
      return json(true);
  }
}

function json(nullable: boolean): Value {
  return { shape: { is: 'json' }, nullable };
}

/** One of several: a form where there is one beside null, or all are texts of a kind; else JSON. */
function either(schemas: Schema[], depth: number): Value {
  const some = schemas.filter((schema) => schema.type !== 'null');
  const nullable = some.length < schemas.length;
  const first = some[0];
  if (some.length === 1 && first) {
    const value = read(first, depth);
    return { shape: value.shape, nullable: nullable || value.nullable };
  }
  const shapes = some.map((schema) => read(schema, depth).shape);
  if (shapes.length > 0 && shapes.every((shape) => shape.is === 'text')) return { shape: { is: 'text' }, nullable };
  if (shapes.length > 0 && shapes.every((shape) => shape.is === 'choice')) {
    return { shape: { is: 'choice', values: shapes.flatMap((shape) => shape.values) }, nullable };
  }
  return json(nullable);
}

function membersOf(schema: Schema, depth: number): Member[] {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(([name, inner]): Member => {
    const member: Member = {
      name,
      title: inner.title ?? words(name),
      required: required.has(name),
      value: read(inner, depth + 1),
    };
    if (inner.description) member.help = inner.description;
    return member;
  });
  // What must be there comes first; else the order of the document stays.
  return [...members.filter((member) => member.required), ...members.filter((member) => !member.required)];
}

/** A name of the wire as words: `postalCode` is "Postal code". */
export function words(name: string): string {
  const spaced = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase();
  return upper(spaced);
}

/** The value without what was left empty: fields that say nothing, and objects and lists made of them. */
export function cleaned(value: Json | undefined): Json | undefined {
  if (value === undefined || value === '') return undefined;
  if (Array.isArray(value)) {
    const items = value.map(cleaned).filter((item): item is Json => item !== undefined);
    return items.length > 0 || value.length === 0 ? items : undefined;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).flatMap(([name, inner]) => {
      const kept = cleaned(inner);
      return kept === undefined ? [] : [[name, kept] as const];
    });
    return entries.length > 0 || Object.keys(value).length === 0 ? Object.fromEntries(entries) : undefined;
  }
  return value;
}

/** An empty value to begin with. */
export function blank(value: Value): Json | undefined {
  switch (value.shape.is) {
    case 'object':
      return {};
    case 'list':
      return [];
    default:
      return undefined;
  }
}

/** What is wrong with a value; an empty list where it fits. Look at what `cleaned` gives. */
export function mistakes(value: Value, given: Json | undefined, path: (string | number)[] = []): Mistake[] {
  if (given === undefined) return [];
  if (given === null) return value.nullable ? [] : [{ path, code: 'missing' }];
  const shape = value.shape;
  switch (shape.is) {
    case 'text':
      if (typeof given !== 'string') return [{ path, code: 'not_text' }];
      return ofFormat(shape.format, given, path);
    case 'file':
      return typeof given === 'string' ? [] : [{ path, code: 'not_text' }];
    case 'number':
      if (typeof given !== 'number' || !Number.isFinite(given)) return [{ path, code: 'not_number' }];
      if (shape.whole && !Number.isInteger(given)) return [{ path, code: 'not_whole' }];
      if (shape.least !== undefined && given < shape.least) return [{ path, code: 'too_small', what: String(shape.least) }];
      if (shape.most !== undefined && given > shape.most) return [{ path, code: 'too_large', what: String(shape.most) }];
      return [];
    case 'yes_no':
      return typeof given === 'boolean' ? [] : [{ path, code: 'not_yes_no' }];
    case 'choice':
      return shape.values.some((one) => one === given) ? [] : [{ path, code: 'not_choice' }];
    case 'list':
      if (!Array.isArray(given)) return [{ path, code: 'not_list' }];
      return given.flatMap((item, at) => mistakes(shape.item, item, [...path, at]));
    case 'object':
      return ofObject(shape.members, given, path);
    case 'json':
      return [];
  }
}

function ofObject(members: Member[], given: Json, path: (string | number)[]): Mistake[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [{ path, code: 'not_object' }];
  const found = members.flatMap((member): Mistake[] => {
    const inner = given[member.name];
    const here = [...path, member.name];
    if (inner === undefined) return member.required ? [{ path: here, code: 'missing' }] : [];
    return mistakes(member.value, inner, here);
  });
  const known = new Set(members.map((member) => member.name));
  const unknown = Object.keys(given).filter((name) => !known.has(name));
  return [...found, ...unknown.map((name): Mistake => ({ path: [...path, name], code: 'unknown', what: name }))];
}

function ofFormat(format: string | undefined, text: string, path: (string | number)[]): Mistake[] {
  switch (format) {
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(text) ? [] : [{ path, code: 'not_email' }];
    case 'uri':
      return URL.canParse(text) ? [] : [{ path, code: 'not_uri' }];
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? [] : [{ path, code: 'not_date' }];
    case 'date-time':
      return /^\d{4}-\d{2}-\d{2}[T ]/.test(text) && !Number.isNaN(Date.parse(text)) ? [] : [{ path, code: 'not_instant' }];
    default:
      return [];
  }
}

/** The mistakes about one value, and not about what lies in it. */
export function about(all: Mistake[], path: (string | number)[]): Mistake[] {
  return all.filter((one) => one.path.length === path.length && one.path.every((part, at) => part === path[at]));
}

/** A place of the server's answer, a JSON pointer, as a path. */
export function fromPointer(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Reads JSON that a person typed; nothing where the field is empty. */
export function fromJson(text: string): { value: Json | undefined } | { wrong: string } {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

/** An instant as `datetime-local` shows it, by the clock of this browser; empty where it is none. */
export function toLocal(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const two = (number: number) => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What `datetime-local` holds as an instant; nothing where it is empty. */
export function fromLocal(local: string): string | undefined {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString().replace('.000Z', 'Z');
}
