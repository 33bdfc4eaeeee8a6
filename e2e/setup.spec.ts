import { eventually, expect, expectAccessible, test } from './support/test'

test.use({ wanted: { connected: false } })

test('from the first start to a live sync, by the pages alone', async ({ installation, owner: page }) => {
  const { crm, counter } = installation
  const step = (name: string) => page.getByRole('heading', { name, exact: true })

  // Nobody and nothing is there: Home leads to the set-up.
  await page.getByRole('link', { name: /add a shop|set up/i }).first().click()
  await page.getByLabel('What shall the shop be called here?').fill('corner')
  await page.getByLabel('HighLevel location').fill(`https://app.gohighlevel.com/v2/location/${crm.known.location_id}/dashboard`)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Create the shop' }).click()

  await expect(step('Connect HighLevel')).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Private integration token').fill('pit-00000000-0000-0000-0000-000000000000')
  await page.getByRole('button', { name: 'Connect HighLevel' }).click()
  await expect(page.getByRole('alert')).toContainText('HighLevel does not accept the token')
  await page.getByLabel('Private integration token').fill(crm.known.token)
  await page.getByRole('button', { name: 'Connect HighLevel' }).click()

  await expect(step('Connect MyGadgetRepairs')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('textbox', { name: 'API key' }).fill(counter.known.api_key)
  await page.getByRole('button', { name: 'Connect MyGadgetRepairs' }).click()

  await expect(step('Check')).toBeVisible()
  // Left and found again.
  await page.goto(`${installation.url}/shops/corner/setup?step=check`)
  await page.getByRole('button', { name: /^Check (now|again)$/ }).click()
  await expect(page.getByText(/^(Ready\.|Everything is ready)/).first()).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Go on', exact: true }).click()

  await expect(step('What is synced')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^(Use this|Keep it so)$/ }).click()
  await expect(step('Fields')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^(Save and go on|Leave them so)$/ }).click()

  await expect(step('Preview')).toBeVisible()
  await page.getByRole('button', { name: 'Make the preview' }).click()
  await expect(page.getByText('It would message 0 customers')).toBeVisible()
  await expect(page.getByText(/^(Found on both sides already|Nothing was found that is on both sides)/)).toBeVisible()
  await expectAccessible(page)
  const before = (await crm.all('contacts')).length
  await page.getByRole('link', { name: 'Go on', exact: true }).click()

  await expect(step('Try it on a copy')).toBeVisible()
  await page.getByRole('link', { name: 'Go on without a copy' }).click()
  await expect(step('Go live')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Start syncing' }).click()
  await eventually(async () => (await crm.all('contacts')).length > before || undefined, 'customers become contacts')

  await page.goto(`${installation.url}/shops/corner`)
  await expect(page.getByText(/All is well|something needs you/)).toBeVisible()
  await counter.act('create_customer', { fields: { name: 'Cleo Example', email: 'cleo@mail.example', mobile: '07700900125' } })
  await eventually(async () => (await crm.all('contacts')).find((one) => one.email === 'cleo@mail.example'), 'the sync is live')
})
