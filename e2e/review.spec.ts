import type { Installation } from './support/installation'
import { eventually, expect, expectAccessible, test } from './support/test'

/** Somebody whom both sides know; answers both ids. */
async function ada(installation: Installation) {
  const { crm, counter } = installation
  await counter.act('create_customer', { fields: { name: 'Ada Example', email: 'ada@mail.example', mobile: '07700900123' } })
  const contact = await eventually(
    async () => (await crm.all('contacts')).find((one) => one.email === 'ada@mail.example'),
    'the customer is a contact',
  )
  const customer = (await counter.all('customers')).find((one) => one.email === 'ada@mail.example')
  return { contact: contact.id as string, customer: customer.id as string }
}

test('a value that both sides changed is decided by keyboard, and the answer can be taken back', async ({ installation, owner: page }) => {
  const { crm, counter } = installation
  const { contact, customer } = await ada(installation)
  await eventually(async () => (await installation.command('status', 'main')).backlog === 0 || undefined, 'in step')
  await installation.command('shop', 'pause', 'main')
  await crm.act('edit_contact', { id: contact, fields: { email: 'ada.crm@mail.example' } })
  await counter.act('edit_customer', { id: customer, fields: { email: 'ada.desk@mail.example' } })
  await installation.command('shop', 'resume', 'main')

  await page.goto(`${installation.url}/shops/main/review`)
  const question = page.getByRole('heading', { name: /of Ada Example/ })
  await page.getByRole('button', { name: /of Ada Example/ }).click()
  await expect(question).toBeVisible()
  await expect(page.getByText('ada.crm@mail.example')).toBeVisible()
  await expect(page.getByText('ada.desk@mail.example')).toBeVisible()
  await expectAccessible(page)

  await page.keyboard.press('2')
  await expect(page.getByText('E-mail of Ada Example: MyGadgetRepairs’ value. Remembered.')).toBeVisible()
  await eventually(
    async () => (await crm.all('contacts')).find((one) => one.id === contact && one.email === 'ada.desk@mail.example'),
    'the counter’s value is in the CRM',
  )
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('Taken back.', { exact: true })).toBeVisible()
  await eventually(
    async () => (await crm.all('contacts')).find((one) => one.id === contact && one.email === 'ada.crm@mail.example'),
    'the CRM has its own value again',
  )
})
