import { expect, expectAccessible, test } from './support/test'

test('who may only look sees no secret and can change nothing, also not by hand', async ({ installation, owner, browser }) => {
  const { setup_link: link } = await installation.command('user', 'add', 'kim', '--role', 'read-only')
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(link)
  await page.getByLabel('Password').fill('another fairly long pass phrase')
  await page.getByLabel('The same again').fill('another fairly long pass phrase')
  await page.getByRole('button').click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()

  await page.goto(`${installation.url}/shops/main`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Pause' })).toHaveCount(0)
  await expectAccessible(page)
  await page.goto(`${installation.url}/settings/tokens`)
  await expect(page.getByText('Only owners see this')).toBeVisible()
  await expectAccessible(page)

  // Every call of the API that changes something, made by hand with this person's session.
  const answers = await page.evaluate(async () => {
    const document = await (await fetch('/api/openapi.json')).json()
    const calls = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => ['post', 'put', 'patch', 'delete'].includes(method))
        .map((method) => ({
          method: method.toUpperCase(),
          path: path.replaceAll(/\{(shop|name)\}/g, 'main').replaceAll(/\{\w+\}/g, '1'),
          reads: methods[method]['x-permission'] === 'read',
        })),
    )
    const answers = await Promise.all(
      calls.map(async ({ method, path, reads }) => {
        const headers = { 'content-type': 'application/json' }
        const { status } = await fetch(path, { method, headers, body: '{}' })
        return { method, path, reads, status }
      }),
    )
    return answers
  })
  const changing = answers.filter(({ reads }) => !reads)
  expect(changing.length).toBeGreaterThan(40)
  expect(changing.filter(({ status }) => status !== 403)).toEqual([])
  // What reads by POST: operations of the catalogue that read, and looks at rules and recipes before they are used.
  for (const { path } of answers.filter(({ reads }) => reads)) {
    expect(path).toMatch(/\/operations\/|\/rules\/check$|\/recipes\/1\/preview$/)
  }
  const secrets = [installation.crm.known.token, installation.counter.known.api_key]
  for (const path of ['/api/v1/status', '/api/v1/shops/main', '/api/v1/shops/main/connections', '/api/v1/shops/main/webhooks', '/api/v1/about']) {
    const text = await page.evaluate(async (path) => (await fetch(path)).text(), path)
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/"password":"/)
  }
  await context.close()
  await owner.goto(installation.url)
})
