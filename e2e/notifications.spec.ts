import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually, expect, expectAccessible, test } from './support/test'

test('an owner is told by a signed webhook and an alarm that is visited, and a test says honestly what came of it', async ({ installation, owner: page }) => {
  const came: { method: string; path: string; signature: string; body: string }[] = []
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => (body += part))
    request.on('end', () => {
      came.push({ method: request.method!, path: request.url!, signature: String(request.headers['x-repairbridge-signature']), body })
      response.end()
    })
  })
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  const there = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  await page.goto(`${installation.url}/settings/notifications`)

  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(`${there}/hook-of-robin`)
  await page.getByRole('button', { name: /^Save\s*: Webhook$/ }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('rbn_')
  const secret = (await dialog.innerText()).match(/rbn_[0-9a-f]{64}/)![0]
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Send a test', exact: true }).click()
  await expect(page.getByText('127.0.0.1 took the message')).toBeVisible()
  const test = came.find((one) => one.path === '/hook-of-robin')!
  expect(test.signature).toBe(`sha256=${createHmac('sha256', secret).update(test.body).digest('hex')}`)

  await page.getByRole('textbox', { name: 'Address that the watcher gave you' }).fill(`${there}/ping-of-robin`)
  await page.getByRole('button', { name: /^Save\s*: Dead-man alarm$/ }).click()
  // The service visits by itself.
  await eventually(async () => came.find((one) => one.method === 'GET' && one.path === '/ping-of-robin'), 'the alarm is visited')

  await page.getByLabel('Mail server').fill('127.0.0.1')
  await page.getByLabel('Encryption').selectOption('none')
  await page.getByLabel('Port').fill('9')
  await page.getByLabel('Sender').fill('robin@example.com')
  await page.getByLabel('Receivers').fill('robin@example.com, sam@example.com')
  await page.getByRole('button', { name: /^Save\s*: E-mail$/ }).click()
  await page.getByRole('button', { name: 'Send a test mail' }).click()
  await expect(page.getByText('The mail server 127.0.0.1, port 9, cannot be used')).toBeVisible()
  await expectAccessible(page)

  await page.reload()
  await expect(page.getByText('Does not get through')).toBeVisible()
  const shown = await page.content()
  for (const hidden of [secret, 'hook-of-robin', 'ping-of-robin']) expect(shown).not.toContain(hidden)
  receiver.close()
})
