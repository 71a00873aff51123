// The interview as counsel uses it: rules are followed and one comes back, an answer
// is taken back, the whole is handed on; and the headline says what the command says.
import assert from 'node:assert/strict';
import { ask, judge } from './web_daemon.mjs';
import { answer, go, open, settled, text, WAIT } from './web_page.mjs';

export const tests = [];
const test = (name, run) => tests.push([name, run]);

/** Conditional, and no paper or safeguard would open it. */
const BEYOND = {
  act: 'store',
  on: '2026-11-24',
  from: {
    state: 'DE',
    kinds: ['company'],
    owners: [],
    certified: [],
    subject_to: [],
  },
  to: {
    state: 'FR',
    kinds: ['company'],
    owners: [],
    certified: [],
    subject_to: [],
  },
  data: {
    categories: ['tax-records'],
    origin: ['DE'],
    location: ['DE'],
    subjects: ['DE'],
    people: 100,
    received: [],
  },
  purposes: ['support'],
  deal: 'vendor',
  circumstances: [],
};

const begun = async () => {
  const page = await open('#/ask');
  await page.getByLabel('exporter', { exact: true }).selectOption('DE');
  await page.getByLabel('importer', { exact: true }).selectOption('BR');
  await page.getByLabel('health data', { exact: true }).check();
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.waitForSelector('.interview', WAIT);
  await settled(page);
  return page;
};

const question = (page) => text(page, '.interview h2');
const isAsked = (page, wanted) =>
  page.waitForFunction((one) => document.querySelector('.interview h2')?.textContent === one, wanted, WAIT);

test('ask: the headline of what nothing would open is that of the command', async () => {
  const said = JSON.parse((await ask('POST', '/v1/ask', JSON.stringify(BEYOND))).text);
  assert.equal(said.judgement.verdict, 'conditional');
  assert.match(said.words, /^conditional: what is needed is not met, and no paper or safeguard would meet it/);
  const page = await open(`#/judgements/${await judge(BEYOND)}`);
  assert.match(await text(page, '.verdict'), /What is needed is not met, and no paper or safeguard would meet it\./);
  assert.match(await text(page), /no paper or safeguard makes this act lawful/);
  await page.getByRole('button', { name: 'Ask about this act' }).click();
  await page.waitForSelector('.answer .verdict', WAIT);
  assert.match(await text(page, '.answer .verdict'), /no paper or safeguard would meet it\./);
  await page.done();
});

test('ask: that nothing is the case is said, and not taken from silence', async () => {
  const act = {
    act: 'store',
    from: 'RU',
    to: 'DE',
    data: { categories: ['personal'] },
  };
  const page = await open(`#/ask?act=${encodeURIComponent(JSON.stringify(act))}`);
  await page.waitForSelector('.interview input[value=all]', WAIT);
  const asked = await question(page);
  await page.locator('.interview').getByRole('button', { name: 'Answer' }).click();
  await page.waitForTimeout(500);
  assert.equal(await question(page), asked);
  assert.ok(await page.evaluate(() => document.activeElement.matches('input[type=radio]:invalid')));
  await page.locator('.interview .options input').first().check();
  assert.ok(await page.locator('.interview input[value=all]').isChecked());
  await page.done();
});

test('ask: who follows a rule comes back to what was said, and a reload keeps it', async () => {
  const page = await begun();
  await answer(page);
  const asked = await question(page);
  await page.locator('.answer a.rule').first().click();
  await page.waitForFunction(() => location.hash.startsWith('#/law/'), undefined, WAIT);
  await settled(page);
  await page.goBack();
  await isAsked(page, asked);
  assert.equal(await page.getByLabel('exporter', { exact: true }).inputValue(), 'DE');
  await page.reload();
  await isAsked(page, asked);
  await page.getByRole('link', { name: 'Ask', exact: true }).click();
  await page.waitForTimeout(300);
  assert.equal(await question(page), asked, 'the place where one is already changes nothing');
  await page.done();
});

test('ask: the way back takes an answer back, and the way on gives it again', async () => {
  const page = await begun();
  const first = await question(page);
  await answer(page);
  const second = await question(page);
  assert.notEqual(second, first);
  await page.goBack();
  await isAsked(page, first);
  await page.goForward();
  await isAsked(page, second);
  await page.locator('.interview').getByRole('button', { name: 'I do not know' }).click();
  await page.waitForFunction((one) => document.querySelector('.interview h2')?.textContent !== one, second, WAIT);
  await page.goBack();
  await isAsked(page, second);
  await page.done();
});

test('ask: what was said stands in words, and papers are taken back one by one', async () => {
  const page = await begun();
  await page.locator('details:has(.said) summary').click();
  assert.match(await text(page, '.said'), /What data is it\?\s+health data/);
  assert.match(await text(page, '.said'), /is the exporter\?\s+Germany \(DE\)/);
  const act = {
    act: 'transfer',
    from: 'DE',
    to: 'IN',
    papers: [{ kind: 'standard-contract', under: 'EU' }, { kind: 'transfer-impact-assessment' }],
  };
  await go(page, `#/ask?act=${encodeURIComponent(JSON.stringify(act))}`);
  await page.waitForSelector('.answer .verdict', WAIT);
  await page.locator('details:has(.said) summary').click();
  const papers = page.getByRole('button', { name: /^Remove: Which paper/ });
  assert.equal(await papers.count(), 2);
  await papers.first().click();
  await page.waitForFunction(
    () => [...document.querySelectorAll('.said li')].filter((one) => /Which paper/.test(one.textContent)).length === 1,
    undefined,
    WAIT,
  );
  await page.done();
});

test('ask: a link holds all that was said, and what is no act is no link', async () => {
  const page = await begun();
  await answer(page);
  const asked = await question(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await page.locator('.copy', { hasText: 'Copied.' }).waitFor(WAIT);
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.locator('details:has(pre) summary').last().click();
  await page.locator('details[open]').getByRole('button', { name: 'Copy', exact: true }).click();
  await page.waitForFunction(async () => /^[a-z]+: /.test(await navigator.clipboard.readText()), undefined, WAIT);
  await page.done();
  const other = await open(new URL(link).hash);
  await isAsked(other, asked);
  assert.equal(new URL(other.url()).hash, '#/ask', 'what was said does not stay in the address');
  await go(other, '#/ask?act=%7B%22act%22%3A%22x%22%7D');
  assert.match(await text(other, '.answer'), /Say what is to be done/);
  await go(other, '#/ask?act=%5B');
  assert.match(await text(other, '.answer'), /Say what is to be done/);
  await other.done();
});

test('ask: on paper all is open, and nothing of the form', async () => {
  const page = await begun();
  const closed = await page.locator('main details.card:not([open])').count();
  assert.ok(closed > 0);
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('main details.card:not([open])').count(), 0);
  await page.emulateMedia({ media: 'print' });
  for (const unseen of ['nav', '.begin', '.interview', '.buttons'])
    assert.ok(!(await page.locator(unseen).first().isVisible()), unseen);
  assert.ok(await page.locator('.said').isVisible());
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  assert.equal(await page.locator('main details.card:not([open])').count(), closed);
  await page.done();
});

test('ask: an open list stays open when the form is sent again, and an unknown place is kept', async () => {
  const act = {
    act: 'transfer',
    from: 'DE',
    to: 'XX',
    data: { categories: ['health', '...'] },
  };
  const page = await open(`#/ask?act=${encodeURIComponent(JSON.stringify({ ...act, to: 'BR' }))}`);
  await page.waitForSelector('.answer .verdict', WAIT);
  const again = page.waitForRequest((request) => request.url().endsWith('/v1/ask'), WAIT);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  assert.deepEqual((await again).postDataJSON().data.categories, ['health', '...']);
  await settled(page);
  await go(page, `#/ask?act=${encodeURIComponent(JSON.stringify(act))}`);
  assert.equal(await page.getByLabel('importer', { exact: true }).inputValue(), 'XX');
  await page.done();
});
