import { eventually, expect, expectAccessible, test } from './support/test'

test('what a run wrote is taken back', async ({ installation, owner: page }) => {
  const { crm, counter } = installation
  await counter.act('create_customer', { fields: { name: 'Bo Example', email: 'bo@mail.example', mobile: '07700900124' } })
  const known = async (surname: string) =>
    (await crm.all('contacts')).find((one) => one.email === 'bo@mail.example' && one.lastName === surname)
  const contact = await eventually(() => known('Example'), 'the customer is a contact')
  const customer = (await counter.all('customers')).find((one) => one.email === 'bo@mail.example')
  await counter.act('edit_customer', { id: customer.id, fields: { name: 'Bo Whitby' } })
  await eventually(() => known('Whitby'), 'the new name is in the CRM')

  await page.goto(`${installation.url}/shops/main/activity?show=runs`)
  const newest = page.getByRole('listitem').filter({ hasText: '1 brought up to date' }).first()
  await expect(newest).toBeVisible()
  await expectAccessible(page)
  await newest.getByRole('button', { name: 'Take back…' }).click()
  const ask = page.getByRole('dialog')
  await expect(ask).toContainText('is put back as it was')
  await expectAccessible(page)
  await ask.getByRole('button', { name: 'Take it back' }).click()
  await eventually(() => known('Example'), 'the CRM has what it had before')
  expect(contact.id).toBe((await known('Example'))?.id)
})
