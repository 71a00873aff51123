// Pages in a real browser, each of its own context, whose mistakes are the test's:
// errors, violations of the content policy, requests to elsewhere.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BASE, counsel } from './web_daemon.mjs';

const needed = createRequire(path.join(path.resolve(process.argv[6]), 'package.json'));
const { chromium } = needed('playwright-core');
export const AXE = fs.readFileSync(needed.resolve('axe-core/axe.min.js'), 'utf8');
export const WAIT = { timeout: 90000 }; // of a machine that does much else besides

/** All places of the page; entry 3 is there, entry 99999 is not. */
export const VIEWS = [
  '#/flows',
  '#/judgements',
  '#/judgements?verdict=refuse&act=store',
  '#/judgements/3',
  '#/judgements/99999',
  '#/ask',
  '#/law',
  '#/law?state=CN&search=contract',
  '#/law/EU.GDPR.44',
  '#/ledger',
  '#/record',
];

export const browser = await chromium.launch({
  executablePath: process.env.COMITY_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

/** A page of its own, whose mistakes are the test's: errors, violations of the policy, requests to elsewhere. */
export const open = async (
  hash,
  { token = counsel, keep = true, locale = 'en', dark = false, width = 1280, before, base = BASE } = {},
) => {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 800 : 900 },
    locale,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT.timeout);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself says when an answer is 4xx; the page tells that in words.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
      wrong.push(`a request to ${request.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  // With `keep` each load of the page begins with the token; else the first only.
  if (token !== null)
    await context.addInitScript(
      ([text, always]) => {
        if (always || performance.getEntriesByType('navigation')[0]?.type !== 'reload')
          sessionStorage.setItem('comity-token', text);
      },
      [token, keep],
    );
  if (before !== undefined) await before(page);
  await page.goto(base + hash);
  await settled(page);
  page.done = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return page;
};

export const settled = async (page) => {
  await page.waitForSelector('h1', WAIT);
  await page.waitForFunction(() => document.querySelector('[aria-busy], .loading') === null, undefined, WAIT);
};

export const go = async (page, hash) => {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await page.waitForTimeout(50);
  await settled(page);
};

export const text = (page, selector = 'main') => page.locator(selector).innerText(WAIT);

/** Answers the question of the interview, with "none" where nothing is chosen. */
export const answer = async (page) => {
  const all = page.locator('.interview input[value=all]');
  if ((await all.count()) > 0) await all.check();
  const answered = page.waitForResponse((response) => response.url().endsWith('/v1/ask'), WAIT);
  await page.locator('.interview').getByRole('button', { name: 'Answer' }).click();
  await answered;
  await settled(page);
};
