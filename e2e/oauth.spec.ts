import type { Page } from '@playwright/test'
import type { Installation } from './support/installation'
import { expect, expectAccessible, test } from './support/test'

test.use({ wanted: { connected: false, locations: 1 } })

/** The app's secret is stored, its way back registered, and a shop is there; the browser stands at the step of HighLevel. */
async function withApp({ crm, url }: Installation, page: Page): Promise<void> {
  await page.goto(`${url}/settings/app`)
  await expect(page.getByText(`The client id is ${crm.known.client_id}.`)).toBeVisible()
  // What the page says to register is what the vendor gets to know.
  const redirect = await page.getByRole('region', { name: 'Redirect address' }).innerText()
  await crm.set('oauth/app', { redirect: redirect.trim() })
  await page.getByLabel('Client secret').fill(crm.known.client_secret)
  await page.getByRole('button', { name: 'Store it' }).click()
  await expect(page.getByText('The client secret is stored')).toBeVisible()
  await expect(page.getByText('Set up', { exact: true }).last()).toBeVisible()
  await expectAccessible(page)

  await page.goto(`${url}/shops/new`)
  await page.getByLabel('What shall the shop be called here?').fill('corner')
  await page.getByLabel('HighLevel location').fill(crm.known.location_id)
  await page.getByRole('button', { name: 'Create the shop' }).click()
  await expect(page.getByRole('heading', { name: 'Connect HighLevel' })).toBeVisible()
}

/** From the step of the set-up to HighLevel's own page. */
async function toHighlevel(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /With your own app/ }).check()
  await page.getByRole('button', { name: 'Make the link to HighLevel' }).click()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Go to HighLevel' }).click()
  await expect(page.getByRole('heading', { name: 'Install an app' })).toBeVisible()
}

test('HighLevel is connected by its own page, and the set-up goes on where it was left', async ({ installation, owner: page }) => {
  const { crm, url } = installation
  await withApp(installation, page)
  await toHighlevel(page)
  await page.getByRole('radio', { name: new RegExp(crm.known.location_id) }).check()
  await page.getByRole('button', { name: 'Allow and install' }).click()

  await expect(page).toHaveURL(`${url}/shops/corner/setup?step=highlevel`)
  await expect(page.getByText('Connected: Own app (OAuth)')).toBeVisible()
  await expect(page.getByText('Every permission that the rules need was granted')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Go on', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Connect MyGadgetRepairs' })).toBeVisible()

  await page.goto(`${url}/settings/connections`)
  const highlevel = page.getByRole('region', { name: 'HighLevel' }).or(page.locator('section').filter({ hasText: 'HighLevel' })).first()
  await expect(highlevel).toContainText('Own app (OAuth)')
  await highlevel.getByText('Every permission that the rules need was granted').click()
  await expect(highlevel.getByText('contacts.readonly')).toBeVisible()
  await expect(highlevel.getByText('contacts.write')).toBeVisible()
  await expectAccessible(page)
})

test('a refused consent and another sub-account are told in words, with the way back to the set-up', async ({ installation, owner: page }) => {
  const { crm, url } = installation
  const other = crm.known.locations.find((one: { location_id: string }) => one.location_id !== crm.known.location_id)
  await withApp(installation, page)
  const back = async () => {
    await page.getByRole('link', { name: "Go on in the shop's set-up" }).click()
    await expect(page).toHaveURL(`${url}/shops/corner/setup?step=highlevel`)
    await expect(page.getByRole('radio', { name: /With your own app/ })).toBeVisible()
  }

  await toHighlevel(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { name: 'HighLevel was not connected' })).toBeVisible()
  await expect(page.getByText(/The permissions were not granted .* Nothing was changed/)).toBeVisible()
  await expectAccessible(page)
  await back()

  await toHighlevel(page)
  await page.getByRole('radio', { name: new RegExp(other.location_id) }).check()
  await page.getByRole('button', { name: 'Allow and install' }).click()
  await expect(page.getByText(`You chose another sub-account (${other.location_id}) than the one of the shop “corner”`)).toBeVisible()
  await expectAccessible(page)
  // The same way back, once more: it is good once, and nobody knows whose it was.
  const used = page.url()
  await back()
  await page.goto(used)
  await expect(page.getByText(/Begin the connection again/)).toBeVisible()
  await page.getByRole('link', { name: 'Go to the dashboard' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const { connections } = await page.evaluate(async () => (await fetch('/api/v1/shops/corner/connections')).json())
  expect(connections.find((one: { side: string }) => one.side === 'highlevel').connected).toBe(false)
})
