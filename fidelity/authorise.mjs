// The calls of the OAuth document, made in the spelling of each generation at an address with a validator behind it. The
// page is in no document, so it is opened at the twin itself.

import assert from 'node:assert/strict';
import { allow, open } from './consent.mjs';

const BACK = 'http://127.0.0.1:9/contract/callback';
const SCOPES = 'contacts.readonly oauth.readonly oauth.write';

const SPELLINGS = {
  '2021-07-28': { locationToken: '/oauth/locationToken', installed: '/oauth/installedLocations', access: 'access_token', refresh: 'refresh_token' },
  v3: { locationToken: '/oauth/location-token', installed: '/oauth/installed-locations', access: 'accessToken', refresh: 'refreshToken' },
};

/** `client_id` becomes `clientId` under v3. */
function spelt(fields, version) {
  const name = (dated) => (version === 'v3' ? dated.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()) : dated);
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [name(key), value]));
}

/** Runs the flow; one line for each step that went well. */
export async function authorise(twin, address, version) {
  const own = SPELLINGS[version];
  const known = await (await fetch(`${twin.control_url}/credentials`)).json();
  await fetch(`${twin.control_url}/oauth/app`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ redirect: BACK }),
  });
  const { clientId, clientSecret, appId, companyId, locationId } = known;
  const call = async (method, path, { fields, json, bearer }, status) => {
    const headers = { accept: 'application/json', Version: version };
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (json) headers['content-type'] = 'application/json';
    const body = json ? JSON.stringify(json) : fields && new URLSearchParams(fields);
    const answer = await fetch(`${address}${path}`, { method, headers, body, signal: AbortSignal.timeout(10_000) });
    assert.ok([status].flat().includes(answer.status), `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  };
  const lines = [];
  const code = async (install) => {
    const query = new URLSearchParams({
      response_type: 'code', client_id: clientId, version_id: appId, redirect_uri: BACK, scope: SCOPES, state: 'x',
    });
    const page = await open(`https://marketplace.gohighlevel.com/oauth/chooselocation?${query}`, twin.base_url);
    return (await allow(page, twin.base_url, install)).searchParams.get('code');
  };
  const client = { client_id: clientId, client_secret: clientSecret };
  const token = (fields, status = 200) =>
    call('POST', '/oauth/token', { fields: spelt({ ...client, ...fields }, version) }, status);

  const tokens = await token({ grant_type: 'authorization_code', code: await code(locationId), user_type: 'Location', redirect_uri: BACK });
  lines.push('oauth: a code is exchanged');
  await token({ grant_type: 'refresh_token', refresh_token: tokens[own.refresh], user_type: 'Location' });
  lines.push('oauth: a token is refreshed');
  if (version === 'v3') {
    const fields = { ...client, grant_type: 'refresh_token', refresh_token: tokens[own.refresh] };
    await call('POST', '/oauth/token', { json: spelt(fields, version) }, 200);
    lines.push('oauth: a token is refreshed with JSON');
  }
  await token({ grant_type: 'authorization_code', code: 'none' }, 401);
  await token({ grant_type: 'refresh_token', refresh_token: 'none' }, 400);
  lines.push('oauth: a wrong code and a wrong token are refused');

  const company = await token({ grant_type: 'authorization_code', code: await code('agency'), user_type: 'Company' });
  const bearer = company[own.access];
  await call('POST', own.locationToken, { bearer, fields: { companyId, locationId } }, [200, 201]);
  lines.push('oauth: the agency\'s token is exchanged for a location\'s');
  await call('GET', `${own.installed}?${new URLSearchParams({ companyId, appId, isInstalled: 'true' })}`, { bearer }, 200);
  lines.push('oauth: installed locations are listed');
  await call('POST', own.locationToken, { bearer: twin.agency_token, fields: { companyId, locationId } }, 401);
  lines.push('oauth: a private token makes no location tokens');
  return lines;
}
