// The official TypeScript client of the Model Context Protocol with the real binary: over standard input and output, and
// over HTTP with API tokens, on a shop whose accounts are the twins.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Tally } from './tally.mjs';

const require = createRequire(join(process.env.FIDELITY_HOME, 'package.json'));
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = require('@modelcontextprotocol/sdk/client/stdio.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');
const { ElicitRequestSchema, LATEST_PROTOCOL_VERSION } = require('@modelcontextprotocol/sdk/types.js');

const binary = process.env.FIDELITY_BINARY;
const { highlevel, mygadgetrepairs } = JSON.parse(process.env.FIDELITY_TWIN);
const tally = new Tally('MCP client');
const folder = mkdtempSync(join(tmpdir(), 'repairbridge-mcp-'));
const env = {
  PATH: process.env.PATH,
  REPAIRBRIDGE_HIGHLEVEL__BASE_URL: highlevel.base_url,
  REPAIRBRIDGE_HIGHLEVEL__REQUESTS_PER_10S: '0',
  REPAIRBRIDGE_MYGADGETREPAIRS__BASE_URL: mygadgetrepairs.base_url,
  REPAIRBRIDGE_MYGADGETREPAIRS__REQUESTS_PER_MINUTE: '0',
};

let serve;
const clients = [];
process.on('exit', () => {
  serve?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words) => execFileSync(binary, ['--json', ...words], { cwd: folder, env, encoding: 'utf8' });
const token = (name, scope) => JSON.parse(run('token', 'create', name, '--scope', scope)).token;

function shop() {
  writeFileSync(join(folder, 'token'), highlevel.token);
  writeFileSync(join(folder, 'key'), mygadgetrepairs.api_key);
  run('shop', 'add', 'main', '--location', highlevel.location_id, '--country', 'GB');
  run('connect', 'highlevel', 'main', '--token-file', 'token');
  run('connect', 'mygadgetrepairs', 'main', '--key-file', 'key');
}

/** The service, beside which everything else runs. */
async function start() {
  serve = spawn(binary, ['--json', 'serve', '--listen', '127.0.0.1:0'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: serve.stdout })) return JSON.parse(line).url;
  throw new Error('the service ended before it told its address');
}

async function connected(transport, asks) {
  const abilities = asks ? { elicitation: { form: {} } } : {};
  const client = new Client({ name: 'fidelity', version: '1' }, { capabilities: abilities });
  // Anything on the line that is not the protocol ends up here.
  client.strange = [];
  client.onerror = (error) => client.strange.push(error.message);
  if (asks) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => asks(params));
  await client.connect(transport);
  clients.push(client);
  return client;
}

const local = (words, asks) => connected(
  new StdioClientTransport({ command: binary, args: ['mcp', ...words], cwd: folder, env, stderr: 'inherit' }), asks);

function remote(bearer) {
  const headers = bearer ? { authorization: `Bearer ${bearer}` } : {};
  return connected(new StreamableHTTPClientTransport(new URL('mcp', page), { requestInit: { headers } }));
}

const call = (client, name, input = {}) => client.callTool({ name, arguments: input });
const code = (result) => result.structuredContent?.error?.code;
const text = (result) => result.content[0].text;

async function names(client) {
  const { tools, nextCursor } = await client.listTools();
  assert.equal(nextCursor, undefined);
  return tools.map((tool) => tool.name);
}

/** What the twin holds, past our own client. */
async function held(contactId) {
  const answer = await fetch(`${highlevel.base_url}/contacts/${contactId}`, {
    headers: { authorization: `Bearer ${highlevel.token}`, version: '2021-07-28' },
  });
  assert.ok(answer.ok, `${answer.status}`);
  return (await answer.json()).contact;
}

/** Shown first, carried out by its code, and never twice. */
async function confirmedOnce(client, contactId, city) {
  const input = { contactId, city };
  const before = (await held(contactId)).city;
  const shown = await call(client, 'highlevel_contact_update', input);
  assert.match(text(shown), /Nothing was sent yet/);
  assert.equal((await held(contactId)).city, before);
  const confirm = shown.structuredContent.confirm;
  const done = await call(client, 'highlevel_contact_update', { ...input, confirm });
  assert.ok(!done.isError, text(done));
  assert.equal((await held(contactId)).city, city);
  const again = await call(client, 'highlevel_contact_update', { ...input, confirm });
  assert.equal(code(again), 'NOT-CONFIRMED');
}

// ---- standard input and output

let page;
let reader;
let contactId;

await tally.check('a shop, and the service beside which assistants work', async () => {
  shop();
  page = await start();
});

await tally.check('stdio: greets in the newest revision that the client knows', async () => {
  reader = await local([]);
  assert.equal(reader.getServerVersion().name, 'repairbridge');
  assert.match(reader.getInstructions(), /MyGadgetRepairs/);
  assert.equal(reader.transport._process?.exitCode ?? null, null);
  assert.equal(LATEST_PROTOCOL_VERSION, '2025-11-25');
});

await tally.check('stdio: lists tools, and without allowance only what reads', async () => {
  const { tools } = await reader.listTools();
  assert.ok(tools.length > 40, `${tools.length} tools`);
  for (const tool of tools) {
    assert.match(tool.name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.equal(tool.inputSchema.type, 'object');
    assert.equal(tool.annotations.readOnlyHint, true, tool.name);
  }
  const listed = tools.map((tool) => tool.name);
  for (const name of ['highlevel_contact_get', 'mygadgetrepairs_ticket_list', 'operations_call', 'explain']) {
    assert.ok(listed.includes(name), name);
  }
  assert.ok(!listed.includes('highlevel_contact_update'));
});

await tally.check('stdio: a tool that reads brings what the twin holds', async () => {
  const found = await call(reader, 'highlevel_contact_search', { pageLimit: 1 });
  assert.ok(!found.isError, text(found));
  contactId = found.structuredContent.answer.contacts[0].id;
  const read = await call(reader, 'highlevel_contact_get', { contactId });
  assert.equal(read.structuredContent.answer.contact.email, (await held(contactId)).email);
  assert.deepEqual(JSON.parse(text(read)), read.structuredContent);
  const counter = await call(reader, 'mygadgetrepairs_customer_list');
  assert.ok(!counter.isError, text(counter));
});

await tally.check('stdio: many calls at once are each answered', async () => {
  const ids = Array.from({ length: 20 }, () => contactId);
  const all = await Promise.all(ids.map((id) => call(reader, 'highlevel_contact_get', { contactId: id })));
  for (const read of all) assert.equal(read.structuredContent.answer.contact.id, contactId);
});

await tally.check('stdio: a change is refused without allowance, by either tool', async () => {
  const input = { contactId, city: 'Leeds' };
  const before = (await held(contactId)).city;
  assert.equal(code(await call(reader, 'highlevel_contact_update', input)), 'NOT-ALLOWED');
  const refused = await call(reader, 'operations_call', { operation: 'highlevel.contact.update', input });
  assert.equal(refused.isError, true);
  assert.match(text(refused), /repairbridge mcp --allow writes/);
  assert.equal((await held(contactId)).city, before);
});

await tally.check('stdio: an unknown tool, and an input that does not fit, are refused with words', async () => {
  await assert.rejects(call(reader, 'highlevel_contact_gett'), /Did you mean `highlevel_contact_get`/);
  const refused = await call(reader, 'highlevel_contact_get', { contactId: 7 });
  assert.equal(code(refused), 'INPUT');
  assert.equal(refused.structuredContent.error.mistakes[0].place, '/contactId');
});

await tally.check('stdio: what has no tool of its own is found, shown and called', async () => {
  const found = await call(reader, 'operations_search', { words: 'calendars groups', side: 'highlevel' });
  const { id } = found.structuredContent.operations.find((one) => one.danger === 'reads' && one.tool === 'operations_call');
  const shown = await call(reader, 'operations_show', { operation: id });
  assert.equal(shown.structuredContent.input.type, 'object');
  const called = await call(reader, 'operations_call', { operation: id });
  // The twin may lack it, but it was asked.
  assert.notEqual(code(called), 'INPUT', text(called));
});

await tally.check('stdio: an allowed change is shown, confirmed once, and not twice', async () => {
  const writer = await local(['--shop', 'main', '--allow', 'writes']);
  assert.ok((await names(writer)).includes('highlevel_contact_update'));
  await confirmedOnce(writer, contactId, 'Leeds');
  const deleted = await call(writer, 'highlevel_contact_delete', { contactId });
  assert.equal(code(deleted), 'NOT-ALLOWED');
});

await tally.check('stdio: a client that can ask its person is asked', async () => {
  const questions = [];
  let says = { action: 'decline' };
  const asker = await local(['--allow', 'writes', '--allow', 'messages'], (question) => {
    questions.push(question);
    return says;
  });
  const input = { contactId, city: 'York' };
  assert.equal(code(await call(asker, 'highlevel_contact_update', input)), 'DECLINED');
  assert.equal((await held(contactId)).city, 'Leeds');
  says = { action: 'accept', content: { confirm: true } };
  const done = await call(asker, 'highlevel_contact_update', input);
  assert.ok(!done.isError, text(done));
  assert.equal((await held(contactId)).city, 'York');
  await call(asker, 'highlevel_contact_add_tags', { contactId, tags: ['asked'] });
  assert.ok((await held(contactId)).tags.includes('asked'));
  assert.match(questions[0].message, /"city": "York"/);
  assert.match(questions[2].message, /a customer may get a message/);
});

// ---- HTTP

await tally.check('HTTP: nobody comes in without a token', async () => {
  await assert.rejects(remote(undefined), /401|Unauthorized|NOT-SIGNED-IN/);
});

await tally.check('HTTP: a token for reading lists and calls what reads, and changes nothing', async () => {
  const client = await remote(token('reader', 'read'));
  const listed = await names(client);
  assert.ok(listed.includes('highlevel_contact_get') && !listed.includes('highlevel_contact_update'));
  const read = await call(client, 'highlevel_contact_get', { contactId });
  assert.equal(read.structuredContent.answer.contact.city, 'York');
  assert.equal(code(await call(client, 'highlevel_contact_update', { contactId, city: 'Bath' })), 'NOT-ALLOWED');
  const status = await call(client, 'status');
  assert.equal(status.structuredContent.shops[0].shop, 'main');
  assert.equal((await held(contactId)).city, 'York');
});

await tally.check('HTTP: a token for operating changes what is confirmed, once', async () => {
  const client = await remote(token('operator', 'operate'));
  await confirmedOnce(client, contactId, 'Bath');
  assert.equal(code(await call(client, 'highlevel_contact_delete', { contactId })), 'NOT-ALLOWED');
});

// ---- the end

await tally.check('what was changed is in the audit log, by whom', async () => {
  const lines = JSON.parse(run('audit')).lines.filter((line) => line.via === 'mcp');
  const changes = lines.map((line) => line.what);
  assert.deepEqual(changes, [
    'called highlevel.contact.update', 'called highlevel.contact.update', 'called highlevel.contact.add_tags',
    'called highlevel.contact.update',
  ]);
  assert.equal(lines.at(-1).who, 'operator');
});

await tally.check('stdio: nothing but the protocol was on the line, and it ends with its input', async () => {
  for (const client of clients) assert.deepEqual(client.strange, []);
  const { pid } = reader.transport;
  const began = Date.now();
  await reader.close();
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      break;
    }
    assert.ok(Date.now() - began < 1_900, 'it had to be ended');
    await pause(20);
  }
  await Promise.all(clients.slice(1).map((client) => client.close()));
});

tally.end();
