// The requests that the catalogue builds for HighLevel's calls, judged by the vendor's official documents: Prism as a
// library, one document after the other, since a process for each of the 83 would take minutes. So all calls of all apps
// and both generations are judged, once with what must be given and once with everything. The inputs are made by the
// catalogue from its own schemas.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tally } from './tally.mjs';

const require = createRequire(join(process.env.FIDELITY_HOME, 'package.json'));
const { createInstance, getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const APPS = join(process.env.FIDELITY_OPENAPI, 'apps');
const tally = new Tally('catalogue');
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, success() {}, child() { return quiet; } };

const work = mkdtempSync(join(tmpdir(), 'repairbridge-fidelity-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
const known = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'known-catalogue-alarms.json')));
const lines = execFileSync(process.env.FIDELITY_SAMPLES, { maxBuffer: 1 << 26 }).toString().trim().split('\n');
const documents = new Map();
for (const sample of lines.map((line) => JSON.parse(line))) {
  const [head, ...rest] = sample.id.split('.');
  const name = head === 'v3' ? `v3/${rest[0]}-v3.json` : `${head}.json`;
  if (!documents.has(name)) documents.set(name, []);
  documents.get(name).push(sample);
}

/** A body as it goes over the line. */
function written(sample) {
  switch (sample.type) {
    case 'application/x-www-form-urlencoded':
      return [sample.type, new URLSearchParams(sample.body).toString()];
    case 'multipart/form-data': {
      const parts = Object.entries(sample.body).map(([name, file]) => {
        const named = file === null ? '' : `; filename="${file}"`;
        return `--b\r\nContent-Disposition: form-data; name="${name}"${named}\r\n\r\nhello\r\n`;
      });
      return [`${sample.type}; boundary=b`, `${parts.join('')}--b--\r\n`];
    }
    default:
      return [sample.type, sample.body ?? undefined];
  }
}

/** The calls that a document describes. Some documents name schemas that they do not have; those are put in, empty. */
async function described(name) {
  const file = join(APPS, name);
  const document = JSON.parse(readFileSync(file));
  const schemas = ((document.components ??= {}).schemas ??= {});
  const missing = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
    .map(([, schema]) => schema)
    .filter((schema) => !(schema in schemas));
  if (missing.length === 0) return getHttpOperationsFromSpec(file);
  for (const schema of missing) schemas[schema] = { type: 'object' };
  const folder = join(work, 'apps', dirname(name));
  mkdirSync(folder, { recursive: true });
  cpSync(join(APPS, dirname(name), '..', 'common'), join(folder, '..', 'common'), { recursive: true });
  const mended = join(work, 'apps', name);
  writeFileSync(mended, JSON.stringify(document));
  return getHttpOperationsFromSpec(mended);
}

async function complaints(prism, operations, sample) {
  if (sample.problem) return [sample.problem];
  const query = {};
  for (const [name, value] of sample.query) {
    query[name] = name in query ? [query[name], value].flat() : value;
  }
  const headers = { authorization: 'Bearer token', accept: 'application/json' };
  if (sample.version) headers.version = sample.version;
  const [type, body] = written(sample);
  if (type) headers['content-type'] = type;
  const input = {
    method: sample.method.toLowerCase(),
    url: { path: sample.path, query },
    headers,
    body,
  };
  let answer;
  try {
    answer = await prism.request(input, operations)();
  } catch (error) {
    return [error.message];
  }
  if (answer._tag === 'Left') {
    const { message, detail, validation } = answer.left;
    return [`${message} ${detail ?? ''} ${JSON.stringify(validation ?? '')}`];
  }
  return answer.right.validations.input.map((one) => `${(one.path ?? []).join('.')}: ${one.message}`);
}

let judged = 0;
const idle = new Set(Object.keys(known));
for (const [name, all] of documents) {
  try {
    const operations = await described(name);
    const config = { mock: { dynamic: false }, isProxy: false, validateRequest: true, validateResponse: false, checkSecurity: true, errors: false };
    const prism = createInstance(config, { logger: quiet });
    const wrong = [];
    for (const sample of all) {
      judged += 1;
      idle.delete(sample.id);
      const said = await complaints(prism, operations, sample);
      if (said.length > 0 && !(sample.id in known)) wrong.push(`${sample.id} (${sample.extent}): ${said.join('; ')}`);
    }
    if (wrong.length > 0) tally.failed(`${name}: ${wrong.length} calls`, wrong.join('\n'));
    else tally.passed(`${name}: ${all.length} calls`);
  } catch (error) {
    tally.failed(`${name}: could not be judged`, error);
  }
}
await tally.check(`${judged} calls of ${documents.size} documents were judged`, async () => {
  if (judged < 100) throw new Error('these are fewer than 100');
});
// A judge that never complains would look like a contract kept.
await tally.check('the judge notices a call without what must be given', async () => {
  const operations = await getHttpOperationsFromSpec(join(APPS, 'contacts.json'));
  const prism = createInstance({ mock: { dynamic: false }, isProxy: false, validateRequest: true, validateResponse: false, checkSecurity: true, errors: false }, { logger: quiet });
  const bare = { id: 'contacts.create-task', method: 'POST', path: '/contacts/c1/tasks', query: [], version: '2021-07-28', type: 'application/json', body: {} };
  const said = await complaints(prism, operations, bare);
  if (!said.some((one) => /title/.test(one))) throw new Error(`it said: ${JSON.stringify(said)}`);
});
for (const id of idle) console.log(`warning catalogue: ${id} is known to be complained about and was not asked`);
tally.end();
