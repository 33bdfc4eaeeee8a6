import { eventually, expect, expectAccessible, test } from './support/test'

test('a token that the vendor no longer takes is told of, and replaced', async ({ installation, owner: page }) => {
  const { crm, counter } = installation
  const { token } = await crm.act('rotate_token')
  await counter.act('create_customer', { fields: { name: 'Dee Example', email: 'dee@mail.example', mobile: '07700900126' } })

  // Home says that something is wrong, and leads to where it is mended.
  await page.goto(`${installation.url}/shops/main`)
  const needs = page.getByRole('region', { name: 'What needs you' })
  await expect(needs).toContainText(/The last run failed: .*HighLevel/)
  await expectAccessible(page)
  await needs.getByRole('link', { name: 'Set up' }).click()
  await page.getByRole('button', { name: /^Check (now|again)$/ }).click()
  await expect(page.getByText(/has to be mended|have to be mended/)).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Mend it here' }).first().click()
  await page.getByText('Connect it anew or in another way').click()
  await page.getByLabel('Private integration token').fill(token)
  await page.getByRole('button', { name: 'Connect HighLevel' }).click()
  await expect(page.getByText('HighLevel is connected')).toBeVisible()
  await eventually(async () => (await crm.all('contacts')).find((one) => one.email === 'dee@mail.example'), 'nothing was lost')
})
