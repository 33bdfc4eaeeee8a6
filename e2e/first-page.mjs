// Opens pages of the dashboard and prints how long that took: `node first-page.mjs SETUP-LINK SHOP`. Started by `bench`.
// Each time in a browser context of its own, so that nothing is in its cache.
import { chromium } from '@playwright/test'

const TIMES = 5
const PASSWORD = 'a fairly long pass phrase'
const [link, shop] = process.argv.slice(2)
const origin = new URL(link).origin

/** What has to be there beside the title, so that the page shows what it is for. */
const PAGES = [
  ['Home', `/shops/${shop}`, 'main section[aria-labelledby="journal"] li'],
  ['People', `/shops/${shop}/people`, 'main tbody tr'],
  ['Review', `/shops/${shop}/review`, 'main h1'],
  ['Activity', `/shops/${shop}/activity`, 'main li, main tbody tr'],
]

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const storageState = await signIn()
  const longest = { rows: 0, of: '' }
  const pages = []
  for (const [name, path, content] of PAGES) {
    const page = { name, content: [], input: [], script: 0 }
    for (let time = 0; time < TIMES; time++) {
      const once = await open(storageState, path, content, longest)
      page.content.push(once.content)
      page.input.push(once.input)
      page.script = Math.max(page.script, once.script)
    }
    pages.push(page)
  }
  console.log(JSON.stringify({ pages, rows: longest.rows, rows_of: longest.of }))
} finally {
  await browser.close()
}

/** Chooses the password that the link is for; answers the cookies of the session. */
async function signIn() {
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  await page.goto(link)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('The same again').fill(PASSWORD)
  await page.getByRole('button').click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** Milliseconds since the navigation began: until the content was painted, and until a key pressed then was answered. */
async function open(storageState, path, content, longest) {
  const context = await browser.newContext({ locale: 'en-GB', storageState, viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  const scripts = []
  const lists = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.endsWith('.js')) scripts.push(response.request().sizes().then((sizes) => sizes.responseBodySize))
    const isJson = response.headers()['content-type']?.includes('application/json')
    if (pathname.startsWith('/api/v1/') && isJson) lists.push(response.json().then((body) => ({ pathname, rows: rowsIn(body) })))
  })
  await page.addInitScript(watch, content)
  await page.goto(origin + path, { waitUntil: 'commit' })
  await page.waitForFunction(() => window.firstPage?.content !== undefined)
  await page.keyboard.press('?')
  await page.waitForFunction(() => window.firstPage.input !== undefined)
  const { content: shown, input } = await page.evaluate(() => window.firstPage)
  await page.waitForLoadState('load')
  const script = (await Promise.all(scripts)).reduce((sum, bytes) => sum + bytes, 0)
  for (const { pathname, rows } of await Promise.all(lists)) {
    if (rows > longest.rows) Object.assign(longest, { rows, of: pathname })
  }
  await context.close()
  return { content: shown, input, script }
}

/** In the page: looks at every frame that is painted. */
function watch(content) {
  const times = (window.firstPage = {})
  const look = () => {
    const isWaiting = document.querySelector('main [aria-busy="true"], main .skeleton')
    if (times.content === undefined && document.querySelector('main h1') && document.querySelector(content) && !isWaiting) times.content = performance.now()
    if (document.querySelector('dialog[open]')) times.input = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

/** The length of the longest list of records in a document. */
function rowsIn(value) {
  if (Array.isArray(value)) return Math.max(value.some((one) => typeof one === 'object') ? value.length : 0, ...value.map(rowsIn))
  if (value !== null && typeof value === 'object') return Math.max(0, ...Object.values(value).map(rowsIn))
  return 0
}
