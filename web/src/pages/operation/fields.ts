// The fields of a schema in lines, for reading: names with their types, two objects deep.
import { read, type Schema, type Value } from '../../parts/schema-form/model';

export type Line = { path: string; type: string; help?: string; required: boolean };

/** What types are called. */
export type TypeWords = {
  text: string;
  number: string;
  whole: string;
  yesNo: string;
  file: string;
  list: (of: string) => string;
  object: string;
  anything: string;
};

const DEEPEST = 2;

export function lines(schema: Schema | undefined, words: TypeWords, before = '', depth = 0): Line[] {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).flatMap(([name, inner]) => {
    const path = before === '' ? name : `${before}.${name}`;
    const line: Line = { path, type: ofSchema(inner, words), required: required.has(name) };
    if (inner.description) line.help = inner.description;
    const items = typeof inner.items === 'object' ? inner.items : undefined;
    const deeper = inner.properties ? inner : items?.properties ? items : undefined;
    return depth < DEEPEST && deeper ? [line, ...lines(deeper, words, items ? `${path}[]` : path, depth + 1)] : [line];
  });
}

function ofSchema(schema: Schema, words: TypeWords): string {
  if (schema.properties) return words.object;
  if (typeof schema.items === 'object') return words.list(ofSchema(schema.items, words));
  return ofValue(read(schema), words);
}

function ofValue(value: Value, words: TypeWords): string {
  const shape = value.shape;
  switch (shape.is) {
    case 'text':
      return shape.format ?? words.text;
    case 'number':
      return shape.whole ? words.whole : words.number;
    case 'yes_no':
      return words.yesNo;
    case 'choice':
      return shape.values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(' | ');
    case 'file':
      return words.file;
    case 'list':
      return words.list(ofValue(shape.item, words));
    case 'object':
      return words.object;
    case 'json':
      return words.anything;
  }
}
