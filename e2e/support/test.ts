// The test of Playwright with an installation beside the browser, and an owner who is signed in.

import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { Installation, type Wanted } from './installation'

const PASSWORD = 'a fairly long pass phrase'

interface Fixtures {
  /** What the installation is like; `test.use({ wanted: … })`. */
  wanted: Wanted
  installation: Installation
  /** The owner's browser, signed in and at Home. */
  owner: Page
}

export const test = base.extend<Fixtures>({
  wanted: [{ connected: true }, { option: true }],
  installation: async ({ wanted }, use) => {
    const installation = await Installation.start(wanted)
    await use(installation)
    await installation.stop()
  },
  owner: async ({ installation, page }, use) => {
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(`${page.url()} ${error.stack}`))
    await page.goto(await installation.firstStart())
    await page.getByLabel('Name').fill('robin')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByLabel('The same again').fill(PASSWORD)
    await page.getByRole('button').click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await use(page)
    expect(faults, 'the page threw').toEqual([])
  },
})

export { expect }

/** Nothing stands in the way of somebody who uses a screen reader, a keyboard, or weak eyes. */
export async function expectAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const told = found.violations.map(
    (one) => `${one.impact} ${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).join('\n  ')}`,
  )
  expect(told).toEqual([])
}

/** The answer of a question that is asked again until it is there. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  let found: T | undefined
  await expect
    .poll(async () => Boolean((found = await ask())), { message: what, timeout: 30_000 })
    .toBe(true)
  return found!
}
