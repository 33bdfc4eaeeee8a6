import { expect, expectAccessible, test } from './support/test'

test.use({ wanted: { connected: true, locations: 2 } })

test('an agency sees its shops at once, and gives the rules of one to the others', async ({ installation, owner: page }) => {
  const { crm } = installation
  for (const [at, name] of [[1, 'leeds'], [2, 'york']] as const) {
    await installation.command('shop', 'add', name, '--location', crm.known.locations[at].location_id)
  }
  // The shop that leads has a rule of its own.
  await page.goto(`${installation.url}/shops/main/rules`)
  const status = await page.evaluate(async () => {
    const change = [{ kind: 'contact', field: 'company', direction: 'off' }]
    const body = JSON.stringify(change)
    const headers = { 'content-type': 'application/json' }
    return (await fetch('/api/v1/shops/main/rules/fields', { method: 'PATCH', headers, body })).status
  })
  expect(status).toBe(200)

  await page.goto(`${installation.url}/shops`)
  await expect(page.getByRole('row')).toHaveCount(4)
  await expect(page.getByRole('row', { name: /leeds/ })).toContainText('Not connected')
  await expectAccessible(page)

  for (const name of ['leeds', 'york']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check()
  await page.getByRole('button', { name: 'Roll out rules' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await expect(dialog.getByText(/difference/).first()).toBeVisible()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Change the rules of 2 shops' }).click()
  await expect(page.getByText('2 shops have the new rules.')).toBeVisible()
  for (const name of ['leeds', 'york']) {
    const rules = JSON.stringify(await installation.command('rules', 'show', name))
    expect(rules).toMatch(/company[^}]*off/)
  }
})
