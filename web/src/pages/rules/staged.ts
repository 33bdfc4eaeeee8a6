// Changes of fields that are not saved yet, by field.
import type { Direction, FieldLine, Policy } from './types';

export type Change = { direction?: Direction; policy?: Policy };
export type Staged = Record<string, Change>;

export function keyOf(line: FieldLine): string {
  return `${line.kind}.${line.field}`;
}

/** A line as it would be. */
export function changed(line: FieldLine, staged: Staged): FieldLine {
  return { ...line, ...staged[keyOf(line)] };
}

/** With one more change; one that says what is at work already is none. */
export function stage(staged: Staged, line: FieldLine, change: Change): Staged {
  const merged = { ...staged[keyOf(line)], ...change };
  if (merged.direction === line.direction) delete merged.direction;
  if (merged.policy === line.policy) delete merged.policy;
  const after = { ...staged };
  if (Object.keys(merged).length === 0) delete after[keyOf(line)];
  else after[keyOf(line)] = merged;
  return after;
}

/** What is sent. */
export function wishes(lines: FieldLine[], staged: Staged): ({ kind: FieldLine['kind']; field: FieldLine['field'] } & Change)[] {
  return lines.flatMap((line) => {
    const change = staged[keyOf(line)];
    return change ? [{ kind: line.kind, field: line.field, ...change }] : [];
  });
}

/** The way after this one, of those that the field can go. */
export function nextDirection(line: FieldLine): Direction {
  const at = line.directions.indexOf(line.direction);
  return line.directions[(at + 1) % line.directions.length] ?? line.direction;
}

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'to_highlevel',
  ArrowRight: 'to_mygadgetrepairs',
  ArrowUp: 'both',
  ArrowDown: 'off',
};

/** The way that a key means, where the field can go it. */
export function directionOfKey(line: FieldLine, key: string): Direction | null {
  const wanted = ARROWS[key];
  return wanted !== undefined && line.directions.includes(wanted) ? wanted : null;
}
