import { expect, test } from 'vitest';
import { judged } from './judged';
import type { CheckLine } from './types';

const line = (what: string, verdict: CheckLine['verdict'], says = ''): CheckLine => ({ what, verdict, says });
const near = line('webhook address', 'warned', 'http://127.0.0.1/ is only reached from this machine or network; changes are found by polling');

test('webhooks that nobody set up are not needed, and nothing has failed', () => {
  const found = judged({ at: '', failed: true, lines: [near, line('webhooks', 'failed'), line('HighLevel credentials', 'passed')] });
  expect(found.lines.map((one) => one.verdict)).toEqual(['unneeded', 'unneeded', 'passed']);
  expect(found.failed).toBe(false);
});

test('webhooks that were set up and do not come are worth knowing; what else failed has failed', () => {
  const found = judged({ at: '', failed: true, lines: [line('webhook address', 'passed'), line('webhooks', 'failed'), line('HighLevel credentials', 'failed')] });
  expect(found.lines.map((one) => one.verdict)).toEqual(['passed', 'warned', 'failed']);
  expect(found.failed).toBe(true);
});
