import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, expectAccessible, eventually, test } from './support/test'

// `PICTURES=docs/pictures e2e/run pages.spec.ts` makes the pictures of the documentation.
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.env.PICTURES ? `${root}/${process.env.PICTURES}` : `${root}/target/e2e/pages`

const PAGES: [name: string, path: string][] = [
  ['home', '/shops/main'],
  ['people', '/shops/main/people'],
  ['person', '/shops/main/people/C-7'],
  ['review', '/shops/main/review'],
  ['activity', '/shops/main/activity'],
  ['flows', '/shops/main/flows'],
  ['recipes', '/shops/main/flows?tab=recipes'],
  ['catalogue', '/shops/main/catalogue'],
  ['operation', '/shops/main/catalogue/highlevel.contact.get'],
  ['rules', '/shops/main/rules'],
  ['set-up', '/shops/main/setup?step=preview'],
  ['copy', '/shops/main/setup?step=copy'],
  ['shops', '/shops'],
  ['connections', '/settings/connections'],
  ['webhooks', '/settings/webhooks'],
  ['notifications', '/settings/notifications'],
  ['users', '/settings/users'],
  ['tokens', '/settings/tokens'],
  ['keys', '/settings/keys'],
  ['backup', '/settings/backup'],
  ['audit', '/settings/audit'],
  ['about', '/settings/about'],
]

test.use({ wanted: { connected: true, customers: 60 } })
test.setTimeout(300_000)

test('every page is accessible, on a wide screen and a phone, light and dark, and nothing overflows', async ({ installation, owner: page }) => {
  await mkdir(folder, { recursive: true })
  await eventually(async () => (await installation.command('status', 'main')).backlog === 0 || undefined, 'in step')
  for (const [width, height, colorScheme] of [[1280, 800, 'light'], [1280, 800, 'dark'], [390, 844, 'light'], [390, 844, 'dark']] as const) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [name, path] of PAGES) {
      await page.goto(installation.url + path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.locator('[aria-busy="true"], .skeleton')).toHaveCount(0)
      await test.step(`${name} ${width} ${colorScheme}`, async () => {
        await expectAccessible(page)
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect(sideways, 'the page can be moved sideways').toBeLessThanOrEqual(0)
        // The documentation shows each page twice.
        const isShown = (width === 1280 && colorScheme === 'light') || (width === 390 && colorScheme === 'dark')
        if (isShown || !process.env.PICTURES) await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` })
      })
    }
  }
})
