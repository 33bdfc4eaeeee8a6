// The official TypeScript SDK completes the OAuth flow against the HighLevel twin, in the dated generation
// (highlevel-api.md 4, 15). The SDK builds its link for the vendor's own host; its path and query are taken to the twin.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { allow, open } from './consent.mjs';
import { Tally } from './tally.mjs';

const require = createRequire(join(process.env.FIDELITY_HOME, 'package.json'));
const { HighLevel } = require('@gohighlevel/api-client');

const twin = JSON.parse(process.env.FIDELITY_TWIN).highlevel;
const tally = new Tally('TypeScript SDK, OAuth');
const BACK = 'http://127.0.0.1:9/typescript/callback';
const SCOPES = 'contacts.readonly contacts.write calendars.readonly oauth.readonly oauth.write';

async function control(path, method = 'GET', body) {
  const answer = await fetch(`${twin.control_url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

/** The refusal that a call must meet. */
async function refused(call, status) {
  try {
    await call;
  } catch (error) {
    assert.equal(error.statusCode, status, `refused with ${error.statusCode}: ${error.message}`);
    return error.response?.data ?? error.response;
  }
  throw new Error(`was not refused with ${status}`);
}

const { clientId, clientSecret, appId, companyId } = await control('/credentials');
await control('/oauth/app', 'PUT', { redirect: BACK });
for (const name of ['TypeScript Two', 'TypeScript Three']) await control('/oauth/locations', 'POST', { name });
const locations = (await control('/oauth/locations')).locations.map(({ locationId }) => locationId);
const locationId = locations[0];

HighLevel.BASE_URL = twin.base_url;
const sdk = new HighLevel({ clientId, clientSecret, logLevel: 'none' });
const sessions = sdk.getSessionStorage();
const link = sdk.oauth.getAuthorizationUrl(clientId, BACK, SCOPES);

async function consent(install) {
  const back = await allow(await open(`${link}&version_id=${appId}&state=from%20here`, twin.base_url), twin.base_url, install);
  assert.equal(`${back.origin}${back.pathname}`, BACK);
  assert.equal(back.searchParams.get('state'), 'from here');
  return back.searchParams.get('code');
}

function exchange(code) {
  return sdk.oauth.getAccessToken({
    client_id: clientId, client_secret: clientSecret, grant_type: 'authorization_code', code, redirect_uri: BACK,
  });
}

const refreshes = async (id) => (await control('/oauth/counts')).installations[id]?.refreshes ?? 0;

let code;
let tokens;
let company;

await tally.check('its link leads to the page of a published app, and of a draft with version_id', async () => {
  const { origin, pathname } = new URL(link);
  assert.equal(`${origin}${pathname}`, 'https://marketplace.gohighlevel.com/oauth/chooselocation');
  assert.match(await open(link, twin.base_url), /error\.noversionid/);
  await control('/oauth', 'PUT', { draft_app: false });
  assert.match(await open(link, twin.base_url), /<form method="post"/);
  await control('/oauth', 'PUT', { draft_app: true });
  code = await consent(locationId);
});

await tally.check('a code becomes tokens of the location, once', async () => {
  tokens = await exchange(code);
  assert.equal(tokens.userType, 'Location');
  assert.equal(tokens.locationId, locationId);
  assert.equal(tokens.companyId, companyId);
  assert.equal(tokens.scope, SCOPES);
  assert.equal(tokens.expires_in, 86_399);
  const answer = await refused(exchange(code), 401);
  assert.equal(answer.error_description, 'Authorization code not found');
});

await tally.check('calls are made with the stored token', async () => {
  await sessions.setSession(locationId, tokens);
  const { calendars } = await sdk.calendars.getCalendars({ locationId });
  assert.ok(calendars.length > 0);
  const { contact } = await sdk.contacts.createContact({ locationId, firstName: 'Authorised' });
  assert.equal(contact.createdBy.sourceId, clientId);
  // The SDK asks with the token of whom the call names.
  await sessions.setSession(locations[1], tokens);
  await refused(sdk.calendars.getCalendars({ locationId: locations[1] }), 403);
  await sessions.deleteSession(locations[1]);
});

await tally.check('a refresh rotates', async () => {
  const before = tokens;
  tokens = await sdk.oauth.refreshToken(before.refresh_token, clientId, clientSecret, 'refresh_token', 'Location');
  assert.notEqual(tokens.refresh_token, before.refresh_token);
  const again = await sdk.oauth.refreshToken(before.refresh_token, clientId, clientSecret, 'refresh_token', 'Location');
  assert.equal(again.refresh_token, tokens.refresh_token, 'within the grace');
  const answer = await refused(
    sdk.oauth.refreshToken('nonsense', clientId, clientSecret, 'refresh_token', 'Location'), 400);
  assert.equal(answer.error, 'invalid_grant');
});

await tally.check('five calls that meet an ended token share one refresh', async () => {
  await control('/oauth', 'PUT', { access_token_seconds: 1 });
  const short = await exchange(await consent(locationId));
  await control('/oauth', 'PUT', { access_token_seconds: 86_399 });
  // As after a suspended machine: the store believes in a token that the vendor has ended.
  await sessions.setSession(locationId, { ...short, expires_in: 3_600 });
  await pause(1_100);
  const before = await refreshes(locationId);
  const answers = await Promise.all(Array.from({ length: 5 }, () => sdk.calendars.getCalendars({ locationId })));
  assert.ok(answers.every(({ calendars }) => calendars.length > 0));
  assert.equal(await refreshes(locationId) - before, 1);
  assert.notEqual((await sessions.getSession(locationId)).access_token, short.access_token);
});

await tally.check('a bulk install gives a Company token and lists where the app is', async () => {
  company = await exchange(await consent('agency'));
  assert.equal(company.userType, 'Company');
  assert.equal(company.isBulkInstallation, true);
  assert.deepEqual(company.approvedLocations, locations);
  await sessions.setSession(companyId, company);
  const answer = await sdk.oauth.getInstalledLocation({ companyId, appId, isInstalled: true, limit: 2 });
  assert.deepEqual(answer.locations.map((one) => one._id), locations.slice(0, 2));
  assert.equal(answer.count, locations.length);
});

await tally.check('the Company token is exchanged for one of each location', async () => {
  for (const id of locations) {
    const one = await sdk.oauth.getLocationAccessToken({ companyId, locationId: id });
    assert.equal(one.userType, 'Location');
    assert.equal(one.locationId, id);
    await sessions.setSession(id, one);
    const { contact } = await sdk.contacts.createContact({ locationId: id, firstName: 'From the agency' });
    assert.equal(contact.locationId, id);
  }
});

await tally.check('an uninstall ends the tokens', async () => {
  const answer = await sdk.marketplace.uninstallApplication(
    { appId }, { companyId }, { preferredTokenType: 'company' });
  assert.equal(answer.success, true);
  const call = sdk.oauth.refreshToken(company.refresh_token, clientId, clientSecret, 'refresh_token', 'Company');
  assert.equal((await refused(call, 400)).error, 'invalid_grant');
});

tally.end();
