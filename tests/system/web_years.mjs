// A record with a log for every year: the list goes on in earlier years, an entry of one
// is shown and proved, and the page of the record shows each.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ask, comity, counsel, end, folder, startDaemon } from './web_daemon.mjs';
import { open, settled, text, WAIT } from './web_page.mjs';

export const tests = [];
const test = (name, run) => tests.push([name, run]);

const CLOCK = path.resolve(process.argv[7] ?? '');
const record = path.join(folder, 'years');
const ACT = { act: 'offer', on: '2026-01-01', from: 'DE', to: 'BR' };

const clockAt = (moment) => ({ LD_PRELOAD: CLOCK, COMITY_TEST_CLOCK_FROM: String(Date.parse(moment) / 1000) });

/** A daemon that began at a moment, and has so many judgements in its log by now. */
const at = async (moment, acts) => {
  const started = await startDaemon(`years-${moment.slice(0, 4)}`, ['--record', record], clockAt(moment));
  const lines = acts.map((act) => JSON.stringify(act)).join('\n');
  const here = (method, where, body, type) => ask(method, where, body, counsel, type, started.port);
  await here('POST', '/v1/judge', `${lines}\n`, 'application/x-ndjson');
  for (let i = 0; JSON.parse((await here('GET', '/v1/record')).text).size < acts.length; i++) {
    assert.ok(i < 200, 'a checkpoint covers them');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return started;
};

const years = async (run) => {
  if (!fs.existsSync(record)) {
    comity('record', 'init', '--yearly', '--origin', 'example.org/years', record);
    const before = await at('2025-06-01T00:00:00Z', [ACT, { ...ACT, from: 'FR' }, ACT]);
    await end(before.daemon);
  }
  const now = await at('2027-03-01T00:00:00Z', Array(60).fill(ACT));
  try {
    await run(`http://127.0.0.1:${now.port}/`, now);
  } finally {
    assert.equal(await end(now.daemon), 0);
  }
};

const hashes = (page) =>
  page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.querySelector('a[href^="#/judgements/"]').hash));

test('years: the list goes on in the log before, and an entry there is shown and proved', () =>
  years(async (base) => {
    const page = await open('#/judgements', { base });
    for (let i = 0; i < 4 && (await page.getByRole('button', { name: 'Older judgements' }).count()) > 0; i++) {
      const rows = (await hashes(page)).length;
      await page.getByRole('button', { name: 'Older judgements' }).click();
      await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length > n, rows, WAIT);
    }
    const all = await hashes(page);
    assert.deepEqual(
      all.map((hash) => hash.split('/').slice(2).join('/')),
      [...Array.from({ length: 60 }, (_, i) => `2027/${59 - i}`), '2025/2', '2025/1', '2025/0'],
    );
    assert.match(await text(page), /These are all/);
    await page.locator('tbody a[href="#/judgements/2025/1"]').click();
    await settled(page);
    assert.equal(await text(page, 'h1'), 'Judgement 2025/1');
    assert.match(await text(page), /France/);
    await page.getByRole('button', { name: 'Verify the proof' }).click();
    await page.waitForSelector('.proved', WAIT);
    assert.match(await text(page, '.proved'), /example\.org\/years\/2025/);
    await page.done();
  }));

test('years: the page of the record shows the log of each year', () =>
  years(async (base) => {
    const page = await open('#/record', { base });
    const choice = page.getByLabel('Log of the year');
    assert.equal(await choice.inputValue(), '2027');
    await choice.focus();
    await choice.selectOption('2025');
    await page.waitForFunction(() => location.hash === '#/record?log=2025', undefined, WAIT);
    await page.waitForFunction(
      () => /years\/2025/.test(document.querySelector('.facts')?.textContent ?? ''),
      undefined,
      WAIT,
    );
    await settled(page);
    assert.ok(await choice.evaluate((one) => one === document.activeElement), 'the focus stays in the choice');
    await page.waitForSelector('.result .note.good', WAIT);
    assert.match(await text(page, '.result .note.good'), /3 entries/);
    await page.getByLabel('Number of the entry').fill('2');
    await page.getByRole('button', { name: 'Verify' }).first().click();
    await page.waitForSelector('.proved', WAIT);
    await page
      .getByRole('textbox', { name: 'Checkpoint' })
      .fill(fs.readFileSync(path.join(record, '2025/public/checkpoint'), 'utf8'));
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.waitForFunction(() => /goes on from that checkpoint/.test(document.body.textContent), undefined, WAIT);
    await page.done();
  }));

test('years: flows reach back as far as the period', () =>
  years(async (base) => {
    const page = await open('#/flows?days=all', { base });
    assert.match(await text(page), /France/);
    await page.done();
  }));
