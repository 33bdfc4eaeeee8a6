import { eventually, expect, expectAccessible, test } from './support/test'

test('the sync is tried on a copy, and nothing of it reaches the vendors', async ({ installation, owner: page }) => {
  const { crm, counter } = installation
  const before = JSON.stringify([await crm.all('contacts'), await counter.all('customers')])

  await page.goto(`${installation.url}/shops/main/setup?step=copy`)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Make the copy' }).click()
  await expect(page.getByText('The copy is there and kept in step')).toBeVisible({ timeout: 60_000 })
  await expectAccessible(page)

  await page.getByRole('link', { name: 'Look around in the copy' }).click()
  const banner = page.getByText('This is a copy of “main”.')
  await expect(banner).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expectAccessible(page)

  const customer = (await counter.all('customers')).find((one) => one.email)
  await page.goto(`${installation.url}/shops/main~copy/people`)
  await page.getByRole('searchbox').fill(customer.email)
  await page.getByRole('main').getByRole('link').first().click()
  await expect(banner).toBeVisible()
  await page.getByLabel('What', { exact: true }).selectOption('City')
  await page.getByLabel('New value').fill('Whitby')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const city = page.getByRole('row').filter({ hasText: 'City' })
  await expect(city.getByText('Whitby')).toHaveCount(2, { timeout: 30_000 })

  await page.getByRole('link', { name: 'Back to the set-up' }).click()
  await page.getByRole('button', { name: 'Close the copy' }).click()
  await expect(page.getByRole('button', { name: 'Make the copy' })).toBeVisible()
  await page.goto(`${installation.url}/shops/main~copy`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(banner).toHaveCount(0)

  expect(JSON.stringify([await crm.all('contacts'), await counter.all('customers')])).toBe(before)
  await eventually(async () => ((await crm.all('contacts')).length > 0 ? true : undefined), 'the vendors still answer')
})
