// Fields and their values as people read them.
import type { Kind, Value } from '../api/types';
import type { Texts } from '../texts/index.svelte';

/** The name of a field of a record: a status that is yes or no is whether it is completed, or called off. */
export function factName(kind: Kind, field: string, value: Value, texts: Texts): string {
  if (field === 'status' && typeof value === 'boolean') {
    return kind === 'appointment' ? fieldName('cancelled', texts) : fieldName('completed', texts);
  }
  return fieldName(field, texts);
}

/** The name of a field; the API writes some with `_`, some in one word. */
export function fieldName(field: string, texts: Texts): string {
  const key = field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return texts.fields.names[key] ?? field;
}

/** A path that a flow picks by, such as `customer.first_name`, in words. */
export function pathWords(path: string, texts: Texts): string {
  const [first = '', ...rest] = path.split('.');
  const { records, step } = texts.fields;
  const of = first === 'steps' ? step(rest.shift() ?? '') : records[first];
  if (of === undefined) return path;
  return rest.length === 0 ? of : `${of}: ${rest.map((name) => partWords(name, texts)).join(', ')}`;
}

/** One name of a path; what names another record is that record's id. */
function partWords(name: string, texts: Texts): string {
  const named = fieldName(name, texts);
  if (named !== name || !name.endsWith('_id')) return named.replaceAll('_', ' ');
  const other = name.slice(0, -'_id'.length);
  return `${texts.fields.records[other] ?? fieldName(other, texts)} (${texts.fields.names['id']})`;
}

/** A value in words; null where the field is empty. */
export function valueWords(value: Value | null | undefined, texts: Texts, language: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? texts.fields.yes : texts.fields.no;
  if (typeof value === 'string') return value;
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value.at));
}

/** Whether two values read the same, but for case and blanks. */
export function readsSame(one: string | null, other: string | null): boolean {
  const plain = (text: string) => text.toLocaleLowerCase().replace(/\s+/g, ' ').trim();
  return one !== null && other !== null && plain(one) === plain(other);
}
