import type { Desk } from './support/desk'
import { eventually, expect, expectAccessible, test } from './support/test'

/** A calendar of the CRM. */
async function calendar({ known }: Desk): Promise<string> {
  const answer = await fetch(`${known.base_url}/calendars/?locationId=${known.location_id}`, {
    headers: { authorization: `Bearer ${known.token}`, version: '2021-04-15' },
  })
  return (await answer.json()).calendars[0].id
}

test('a recipe is installed, seen firing, and removed without a trace', async ({ installation, owner: page }) => {
  const { crm, counter } = installation
  await counter.act('create_customer', { fields: { name: 'Eve Example', email: 'eve@mail.example', mobile: '07700900127' } })
  const contact = await eventually(async () => (await crm.all('contacts')).find((one) => one.email === 'eve@mail.example'), 'the customer is a contact')
  const soon = new Date(Date.now() + 36e5 * 24).toISOString().replace(/\.\d+Z/, 'Z')
  const booked = await crm.act('create_appointment', { contact: contact.id, fields: { calendarId: await calendar(crm), title: 'New battery', startTime: soon } })

  await page.goto(`${installation.url}/shops/main/flows?tab=recipes`)
  await page.getByRole('searchbox').fill('booking')
  await page.getByRole('link', { name: /From a booking to a ticket/ }).click()
  await expect(page.getByText('one ticket for a booking')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'What would it have done in the last 30 days?' }).click()
  await expect(page.getByText(/(In the last 30 days|Since .*) it would|too little history|Nothing has been kept yet/).first()).toBeVisible()
  await page.getByRole('button', { name: 'Install' }).click()
  await expect(page.getByText(/is installed/).first()).toBeVisible()
  await expectAccessible(page)

  const recipe = page.url()

  await crm.act('edit_appointment', { id: booked.id, fields: { appointmentStatus: 'showed' } })
  await eventually(async () => (await counter.all('tickets')).find((one) => one.short_info === 'New battery'), 'who showed up has a ticket')
  await page.goto(`${installation.url}/shops/main/flows?tab=history`)
  const run = page.locator('main').getByRole('listitem').or(page.getByRole('row')).filter({ hasText: 'Who shows up gets a ticket' })
  await expect(run.filter({ hasText: 'Done' }).first()).toBeVisible()
  await expectAccessible(page)

  // The recipes tell which of the installed ones are at work.
  const gallery = `${installation.url}/shops/main/flows?tab=recipes`
  const card = page.locator('main').getByRole('listitem').filter({ hasText: 'From a booking to a ticket' })
  await page.goto(gallery)
  await expect(card.getByText('Installed')).toBeVisible()
  await page.goto(`${installation.url}/shops/main/flows`)
  for (const flow of ['Who shows up gets a ticket', 'A won opportunity is told to MyGadgetRepairs']) {
    await page.getByRole('button', { name: `Switch off ${flow}` }).click()
    await expect(page.getByRole('button', { name: `Switch on ${flow}` })).toBeVisible()
  }
  await page.goto(gallery)
  await expect(card.getByText('Off', { exact: true })).toBeVisible()
  await expectAccessible(page)

  await page.goto(recipe)
  await page.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await expect(page.getByText(/is removed without a trace/)).toBeVisible()
})
