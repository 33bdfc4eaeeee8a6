// What a check found, weighed: webhooks that do not come are no failure, since changes are found by polling. Pure.
import type { CheckFound, CheckLine } from './types';

export type Weighed = Omit<CheckLine, 'verdict'> & { verdict: CheckLine['verdict'] | 'unneeded' };
export type Judged = Omit<CheckFound, 'lines'> & { lines: Weighed[] };

const ADDRESS = 'webhook address';
const OF_WEBHOOKS = [ADDRESS, 'webhooks', 'MyGadgetRepairs notifications'];

export function judged(check: CheckFound): Judged {
  // Reached from here only: nobody set it up for webhooks.
  const isNear = check.lines.some((line) => line.what === ADDRESS && line.verdict === 'warned' && line.says.includes('found by polling'));
  const lines = check.lines.map((line): Weighed => {
    if (line.verdict === 'passed' || !OF_WEBHOOKS.includes(line.what)) return line;
    return { ...line, verdict: isNear ? 'unneeded' : 'warned' };
  });
  return { ...check, lines, failed: lines.some((line) => line.verdict === 'failed') };
}
