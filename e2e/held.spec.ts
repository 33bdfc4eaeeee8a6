import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, expect, expectAccessible, test } from './support/test'

/** Runs of one flow that go on without a person's word when many come at once. */
const MANY = 50
const FLOW = `[[flow]]
id = "welcome"
title = "A task for who is new"

[flow.trigger]
on = "highlevel.contact.created"
by = "anyone"

[[flow.step]]
id = "task"
call = "highlevel.task.create"
[flow.step.with]
contactId = { pick = "contact.id" }
title = "Say hello"
dueDate = { pick = "now", then = [ { add_days = 1 } ] }
`

test.setTimeout(180_000)

test('of runs that are held because many came at once, one is looked at and let go on', async ({ installation, owner: page }) => {
  const { crm, url } = installation
  await writeFile(join(installation.folder, 'welcome.toml'), FLOW)
  await installation.command('flow', 'add', 'main', '--file', 'welcome.toml')
  await installation.command('flow', 'enable', 'main', 'welcome')
  for (let number = 0; number < MANY + 4; number++) {
    await crm.act('create_contact', { fields: { firstName: 'New', lastName: `Person ${number}`, email: `new${number}@mail.example` } })
  }
  const held = async () => (await installation.command('flow', 'runs', 'main', '--state', 'held', '--limit', '1000')).runs.map((one: { id: string }) => one.id) as string[]
  const before = await eventually(async () => ((await held()).length > 1 ? held() : undefined), 'some are held')

  await page.goto(`${url}/shops/main/flows?tab=history&state=held`)
  await page.getByRole('button', { name: 'A task for who is new' }).first().click()
  const run = page.getByRole('dialog', { name: 'What this run did' })
  await run.getByRole('button', { name: 'Let it go on' }).click()
  const sure = page.getByRole('dialog', { name: 'Let this run go on?' })
  await expectAccessible(page)
  await sure.getByRole('button', { name: 'Let it go on' }).click()
  await expect(page.getByText('1 run goes on')).toBeVisible()
  await expect(run.getByText('Done', { exact: true })).toBeVisible()
  const after = await held()
  const released = new URL(page.url()).searchParams.get('run')
  expect(before.filter((id) => !after.includes(id)).filter((id) => id !== released), 'no other went on').toEqual([])
  expect(after).not.toContain(released)
})
