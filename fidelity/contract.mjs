// Our client and our twin with the official documents between them (highlevel-api.md 15): Prism, as a validating proxy,
// judges every request and every answer, and those of the OAuth flow too. Nothing is switched off: each complaint is a rule in known-false-alarms.json or
// a failure.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { authorise } from './authorise.mjs';
import { Recorder } from './recorder.mjs';
import { Rules } from './rules.mjs';
import { Tally } from './tally.mjs';

const START_MS = 60_000;
const RUN_MS = 60_000;
const APPS = join(process.env.FIDELITY_OPENAPI, 'apps');
const PRISM = join(process.env.FIDELITY_HOME, 'node_modules', '@stoplight', 'prism-cli', 'dist', 'index.js');
const twin = JSON.parse(process.env.FIDELITY_TWIN).highlevel;

const SUBJECTS = ['contacts', 'locations', 'calendars', 'users', 'oauth'];
const GENERATIONS = [
  { version: '2021-07-28', file: (subject) => join(APPS, `${subject}.json`), name: (subject) => subject },
  { version: 'v3', file: (subject) => join(APPS, 'v3', `${subject}-v3.json`), name: (subject) => `${subject}-v3` },
];

const tally = new Tally('contract');
const children = new Set();

function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

function stop() {
  for (const child of children) child.kill('SIGKILL');
}
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => { stop(); process.exit(1); });
}
process.once('exit', stop);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** One validator for one document, once it answers. */
async function validator(name, file, prefix) {
  const port = await freePort();
  const child = start(process.execPath, [
    '--max-http-header-size=65536', PRISM, 'proxy', file, twin.base_url, '--port', String(port), '-v', 'error',
  ], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let words = '';
  child.stderr.on('data', (data) => { words = (words + data).slice(-2_000); });
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the validator for ${name} ended with ${child.exitCode}: ${words}`);
    try {
      await fetch(`http://127.0.0.1:${port}${prefix}`, { signal: AbortSignal.timeout(5_000) });
      return { name, prefix, port, child };
    } catch {
      await pause(200);
    }
  }
  throw new Error(`the validator for ${name} does not answer after ${START_MS / 1000} s: ${words}`);
}

/** Runs our client over all its endpoints; what it prints. */
async function drive(address, version) {
  const child = start(process.env.FIDELITY_CONTRACT, [], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env, HIGHLEVEL_URL: address, HIGHLEVEL_VERSION: version,
      HIGHLEVEL_LOCATION: twin.location_id, HIGHLEVEL_TOKEN: twin.token,
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_MS);
  let printed = '';
  let words = '';
  child.stdout.on('data', (data) => { printed += data; });
  child.stderr.on('data', (data) => { words += data; });
  const [status, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { ok: status === 0, lines: printed.trim().split('\n').filter(Boolean), words: words || String(signal ?? status) };
}

/** A silent validator would look like a contract kept: a call without a version must be complained about. */
async function noticesWhatIsWrong(recorder, address, document) {
  await tally.check(`${document.name}: the validator notices a request without a version`, async () => {
    await fetch(`${address}${document.canary}`, {
      headers: { authorization: `Bearer ${twin.token}` }, signal: AbortSignal.timeout(10_000),
    });
    const { violations } = recorder.take();
    if (!violations.some((one) => one.document === document.name && one.location === 'request.header' && /'version'/.test(one.message))) {
      throw new Error(`it said: ${JSON.stringify(violations)}`);
    }
  });
}

const CANARIES = (version) => ({
  contacts: '/contacts/00000000000000000000',
  locations: `/locations/${twin.location_id}/tags`,
  calendars: `/calendars/?locationId=${twin.location_id}`,
  users: '/users/00000000000000000000',
  oauth: `/oauth/installed${version === 'v3' ? '-locations' : 'Locations'}?companyId=x&appId=y`,
});

async function generation({ version, file, name }, rules) {
  const documents = await Promise.all(SUBJECTS.map(async (subject) => ({
    ...await validator(name(subject), file(subject), `/${subject}`), canary: CANARIES(version)[subject],
  })));
  const recorder = new Recorder(documents);
  const address = await recorder.listen();
  try {
    for (const document of documents) await noticesWhatIsWrong(recorder, address, document);
    recorder.take();
    const run = await drive(address, version);
    for (const line of run.lines) tally.passed(`${version}: ${line}`);
    if (!run.ok) tally.failed(`${version}: our client stopped after ${run.lines.at(-1) ?? 'nothing'}`, run.words);
    try {
      const lines = await authorise(twin, address, version);
      for (const line of lines) tally.passed(`${version}: ${line}`);
    } catch (error) {
      tally.failed(`${version}: the OAuth flow`, error);
    }
    judge(documents, recorder.take(), rules);
  } finally {
    recorder.close();
    for (const { child } of documents) child.kill('SIGKILL');
  }
}

/** One result per document, with every complaint that no rule knows. */
function judge(documents, { violations, requests }, rules) {
  const unknown = violations.filter((violation) => !rules.know(violation));
  const names = [...documents.map((document) => document.name), 'none'];
  for (const name of names) {
    const lines = unknown
      .filter((violation) => violation.document === name)
      .map((one) => `${one.operation} (${one.status ?? '-'}) ${one.location} [${one.code}] ${one.message}`);
    const known = violations.filter((violation) => violation.document === name).length - lines.length;
    const count = requests.get(name) ?? 0;
    if (lines.length > 0) {
      tally.failed(`${name}: ${lines.length} complaints that no rule knows`, [...new Set(lines)].join('\n'));
    } else if (name === 'none') {
      continue;
    } else if (count === 0) {
      tally.failed(`${name}: nothing was asked`, 'our client made no request that this document is about');
    } else {
      tally.passed(`${name}: ${count} calls, ${known} known false alarms, no other complaint`);
    }
  }
}

const rules = new Rules(join(dirname(fileURLToPath(import.meta.url)), 'known-false-alarms.json'));
for (const one of GENERATIONS) {
  try {
    await generation(one, rules);
  } catch (error) {
    tally.failed(`${one.version}: could not be judged`, error);
  }
}
for (const { rule, places } of rules.idle()) {
  console.log(`warning contract: the rule on ${rule.location} was not needed in ${places.join(', ')}`);
}
tally.end();
