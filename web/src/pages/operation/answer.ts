// An answer taken apart for reading. Pure.
import { upper } from '../../format';
import type { Json } from '../../parts/schema-form/model';
import { fieldName } from '../../state/fields';
import type { Texts } from '../../texts/index.svelte';

/** More are read better one row at a time. */
const MOST_COLUMNS = 4;

export interface Part {
  /** The member's name; nothing in a list. */
  name: string | null;
  value: Json;
  at: number;
}

/** Whether it is shown on one line: a value, a list of such, or nothing, however deep. */
export function isPlain(value: Json): boolean {
  if (isEmpty(value)) return true;
  if (Array.isArray(value)) return value.every((one) => one === null || typeof one !== 'object');
  return typeof value !== 'object';
}

export function isEmpty(value: Json): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.values(value).every(isEmpty));
}

export function partsOf(value: Json): Part[] {
  if (Array.isArray(value)) return value.map((one, at) => ({ name: null, value: one, at }));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).map(([name, one], at) => ({ name, value: one, at }));
}

/** The columns of a list whose rows are short and flat; nothing for any other. */
export function columnsOf(value: Json): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const columns = new Set<string>();
  for (const row of value) {
    if (row === null || typeof row !== 'object' || Array.isArray(row) || !Object.values(row).every(isPlain)) return null;
    for (const name of Object.keys(row)) columns.add(name);
  }
  return columns.size <= MOST_COLUMNS ? [...columns] : null;
}

/** The vendor's name of a member in words. */
export function readable(name: string, texts: Texts): string {
  const known = fieldName(name, texts);
  if (known !== name) return known;
  return upper(name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase());
}

const NAMES = ['name', 'fullName', 'title', 'label', 'contactName', 'customer_name', 'reference', 'ticket_ref', 'id', '_id'];

/** By what one of a list is told from the others. */
export function nameOf(value: Json, number: number): string {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const name of NAMES) {
      const found = value[name];
      if ((typeof found === 'string' && found !== '') || typeof found === 'number') return String(found);
    }
  }
  return String(number);
}
