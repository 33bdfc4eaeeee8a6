// A call of an operation as others make it: on the command line, and with curl. Ready to paste into a POSIX shell.

import type { Json } from '../../parts/schema-form/model';

export type Danger = 'reads' | 'writes' | 'may_message' | 'deletes';

/** How far a call may go beside reading, as the API wants it said. */
export type Allowed = { writes: boolean; messages: boolean; deletes: boolean };

export function allowedFor(danger: Danger): Allowed {
  return { writes: danger !== 'reads', messages: danger === 'may_message', deletes: danger === 'deletes' };
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** With the command line, input on standard input. */
export function commandLine(shop: string, id: string, input: Json, danger: Danger): string {
  const words = ['repairbridge', 'operations', 'call', quoted(id), '--shop', quoted(shop), '--input', '-'];
  if (danger !== 'reads') words.push('--send');
  if (danger === 'may_message' || danger === 'deletes') words.push('--yes');
  return `${words.join(' ')} <<'END'\n${JSON.stringify(input, null, 2)}\nEND`;
}

/** With curl; the token is taken from the environment, so that it stays out of the shell's history. */
export function curl(origin: string, shop: string, id: string, input: Json, danger: Danger): string {
  const body = danger === 'reads' ? { input } : { input, allow: allowedFor(danger) };
  const url = `${origin}/api/v1/shops/${encodeURIComponent(shop)}/operations/${encodeURIComponent(id)}`;
  return [
    `curl -X POST ${quoted(url)} \\`,
    `  -H "Authorization: Bearer $REPAIRBRIDGE_TOKEN" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  --data ${quoted(JSON.stringify(body))}`,
  ].join('\n');
}
