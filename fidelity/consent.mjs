// What a person does in a browser on the vendor's authorisation page: opens the link, chooses, and is sent back. The page
// is read as a browser reads it; nothing here knows the twin's control paths.

import assert from 'node:assert/strict';

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

function attributes(tag) {
  const found = {};
  for (const [, name, , value] of tag.matchAll(/([a-z]+)(="([^"]*)")?/g)) {
    found[name] = (value ?? '').replaceAll(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]);
  }
  return found;
}

/** The page behind a link, taken from the vendor's host to the twin's. */
export async function open(link, base) {
  const { pathname, search } = new URL(link);
  const answer = await fetch(`${base}${pathname}${search}`);
  assert.equal(answer.status, 200);
  return answer.text();
}

/** Chooses on the page and allows; where the browser is sent, as a URL. `install` is a location's id or `agency`. */
export async function allow(page, base, install) {
  const action = page.match(/<form method="post" action="([^"]+)"/)?.[1];
  assert.ok(action, `a form on the page: ${page.replace(/^.*<main>/s, '')}`);
  const fields = new URLSearchParams();
  let offered = false;
  for (const [tag] of page.matchAll(/<input [^>]*>/g)) {
    const { type, name, value, checked } = attributes(tag.slice('<input '.length, -1));
    if (type === 'hidden' || (type === 'checkbox' && checked !== undefined)) fields.append(name, value);
    if (type === 'radio' && value === install) {
      offered = true;
      fields.append(name, value);
    }
  }
  assert.ok(offered, `the page offers ${install}`);
  fields.append('decision', 'allow');
  const answer = await fetch(`${base}${action}`, { method: 'POST', body: fields, redirect: 'manual' });
  assert.ok([302, 303].includes(answer.status), `sent back with ${answer.status}`);
  return new URL(answer.headers.get('location'));
}
