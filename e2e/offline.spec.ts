import { eventually, expect, expectAccessible, test } from './support/test'

test('the service goes away while pages are open and comes back: what they show stays, and they go on by themselves', async ({ installation, owner: page }) => {
  const { counter, crm, url } = installation
  const people = await page.context().newPage()
  await people.goto(`${url}/shops/main/people`)
  const rows = people.getByRole('main').getByRole('row')
  await expect(rows.nth(5)).toBeVisible()
  const shown = await rows.count()
  await page.goto(`${url}/shops/main`)
  const pause = page.getByRole('button', { name: 'Pause' })
  await expect(pause).toBeEnabled()
  for (const open of [page, people]) await open.evaluate(() => Object.assign(window, { stayed: true }))

  await installation.kill()
  const lost = /The connection to Repairbridge is lost; trying again/
  for (const open of [page, people]) await expect(open.getByText(lost)).toBeVisible()
  await expect(pause).toBeDisabled()
  await expect(rows).toHaveCount(shown)
  await expectAccessible(page)
  // Meanwhile people go on at the counter.
  await counter.act('create_customer', { fields: { name: 'Flo Example', email: 'flo@mail.example', mobile: '07700900128' } })

  await installation.again()
  for (const open of [page, people]) await expect(open.getByText(lost)).toBeHidden()
  await expect(pause).toBeEnabled()
  await expect(people.getByRole('main').getByText('Flo Example')).toBeVisible()
  await eventually(async () => (await installation.command('status', 'main')).backlog === 0 || undefined, 'in step')
  await expect(people.getByRole('main').getByText('Flo Example')).toHaveCount(1)
  for (const open of [page, people]) expect(await open.evaluate(() => 'stayed' in window), 'the page was not loaded anew').toBe(true)
  for (const [desk, kind] of [[crm, 'contacts'], [counter, 'customers']] as const) {
    expect((await desk.all(kind)).filter((one) => one.email === 'flo@mail.example'), kind).toHaveLength(1)
  }
})

test('work of a service that ended is told as interrupted, and can be begun again', async ({ installation, owner: page }) => {
  const { crm } = installation
  await page.goto(`${installation.url}/shops/main/setup?step=check`)
  const begin = page.getByRole('button', { name: /^Check (now|again)$/ })
  await expect(begin).toBeEnabled()
  // Slow enough that the check is still at it when its process ends.
  await crm.set('faults', { slow: 1, slow_ms: 4_000 })
  await begin.click()
  await expect(page.getByText('Both sides are being looked at…')).toBeVisible()
  await page.waitForTimeout(500)
  await installation.kill()
  await expect(page.getByText(/The connection to Repairbridge is lost/)).toBeVisible()
  await crm.set('faults', 'none')
  await installation.again()
  await expect(page.getByText(/was started anew while this ran/)).toBeVisible()
  await expect(page.getByText('Both sides are being looked at…')).toBeHidden()
  await expectAccessible(page)
  await begin.click()
  await expect(page.getByText(/^(Ready\.|Everything is ready)/).first()).toBeVisible()
  await expect(page.getByText(/was started anew while this ran/)).toBeHidden()
})
