// Drives the dashboard as people do, in a real browser, served by the real daemon.
//
//     node web.mjs COMITY COMITYD IMAGE DASHBOARD WEB [NAME]
//
// WEB: the folder whose node_modules has playwright-core and axe-core. NAME: only
// tests whose names hold it. Everything is made here, on loopback, in a folder that
// goes away; what is started is ended by its own process id.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const [COMITY, COMITYD, IMAGE, DASHBOARD, WEB] = process.argv.slice(2, 7).map((one) => path.resolve(one));
const ONLY = process.argv[7] ?? '';
const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..', '..');
const ACTS = fs.readFileSync(path.join(ROOT, 'examples', 'acts.ndjson'), 'utf8').trim().split('\n');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((one) => fs.existsSync(one));
const WAIT = { timeout: 90000 }; // of a machine that does much else besides
const MARK = 'MARKED-4711';

const skip = (why) => {
  console.log(`web: skipped: ${why}`);
  process.exit(77);
};
if (CHROMIUM === undefined) skip('there is no chromium');
if (!fs.existsSync(path.join(DASHBOARD, 'index.html'))) skip('the dashboard is not built: node, npm or what npm installs is missing');
const needed = createRequire(path.join(WEB, 'package.json'));
const { chromium } = needed('playwright-core');
const AXE = fs.readFileSync(needed.resolve('axe-core/axe.min.js'), 'utf8');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'comity-web-'));
fs.chmodSync(folder, 0o755);

// ---- the daemon ----

const newToken = () => {
  const text = execFileSync(COMITYD, ['--new-token'], { encoding: 'utf8' });
  return [text.split('\n')[0], /sha256:[0-9a-f]{64}/.exec(text)[0]];
};

const [counsel, counselDigest] = newToken();
const [auditor, auditorDigest] = newToken();
const record = path.join(folder, 'record');
const logKey = execFileSync(COMITY, ['record', 'init', '--origin', 'example.org/web', record], { encoding: 'utf8' }).trim().replace(/^log /, '');

const startDaemon = async () => {
  const log = path.join(folder, 'log');
  const daemon = spawn(COMITYD, ['--law', IMAGE, '--listen', '127.0.0.1:0', '--record', record, '--dashboard', DASHBOARD, '--spool', folder,
    '--token', `legal gate,counsel,auditor ${counselDigest}`, '--token', `audit auditor ${auditorDigest}`],
  { stdio: ['ignore', 'ignore', fs.openSync(log, 'w')] });
  for (let i = 0; i < 400; i++) {
    const text = fs.readFileSync(log, 'utf8');
    const [, port] = /"event":"listening","at":"127\.0\.0\.1:(\d+)"/.exec(text) ?? [];
    if (port !== undefined && text.includes('"event":"started"')) return { daemon, port: Number(port), log };
    if (daemon.exitCode !== null) throw new Error(`comityd ended with ${daemon.exitCode}: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('comityd did not start');
};

const { daemon, port, log } = await startDaemon();
const BASE = `http://127.0.0.1:${port}/`;

const ask = (method, where, body, token = counsel) => new Promise((resolve, reject) => {
  const request = http.request({ port, path: where, method, headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) } }, (answer) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (part) => (text += part));
    answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
  });
  request.on('error', reject);
  request.end(body);
});

/** Judges and records; gives back the entry's number once a checkpoint covers it. */
const judge = async (act) => {
  const { status, headers, text } = await ask('POST', '/v1/judge', typeof act === 'string' ? act : JSON.stringify(act));
  assert.equal(status, 200, text);
  const entry = headers['comity-record'];
  for (let i = 0; i < 100; i++) {
    if ((await ask('GET', `/v1/record/proof/${entry}`)).status === 200) return entry;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no proof of entry ${entry}`);
};

// ---- the browser ----

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

/** A page of its own, whose mistakes are the test's: errors, violations of the policy, requests to elsewhere. */
const open = async (hash, { token = counsel, locale = 'en', dark = false, width = 1280, before, clean = true } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 800 : 900 }, locale, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT.timeout);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The browser itself says when an answer is 4xx; the page tells that in words.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(BASE) && !request.url().startsWith('data:')) wrong.push(`a request to ${request.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  if (token !== null) await context.addInitScript((text) => sessionStorage.getItem('signed-out') ?? sessionStorage.setItem('comity-token', text), token);
  if (before !== undefined) await before(page);
  await page.goto(BASE + hash);
  await settled(page);
  page.done = async () => {
    await context.close();
    if (clean) assert.deepEqual(wrong, []);
  };
  return page;
};

const settled = async (page) => {
  await page.waitForSelector('h1', WAIT);
  await page.waitForFunction(() => document.querySelector('[aria-busy], .loading') === null, undefined, WAIT);
};

const go = async (page, hash) => {
  await page.evaluate((to) => { location.hash = to; }, hash);
  await page.waitForTimeout(50);
  await settled(page);
};

const text = (page, selector = 'main') => page.locator(selector).innerText(WAIT);

// ---- tests ----

const tests = [];
const test = (name, run) => tests.push([name, run]);

const VIEWS = ['#/flows', '#/judgements', '#/judgements?verdict=refuse&act=store', '#/judgements/3', '#/judgements/99999', '#/ask', '#/law',
  '#/law?state=CN&search=contract', '#/law/EU.GDPR.44', '#/ledger', '#/record'];

test('signing in and out', async () => {
  const page = await open('#/judgements', { token: null });
  assert.equal(await text(page, 'h1'), 'Sign in');
  assert.equal(await page.locator('nav').count(), 0);
  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  assert.match(await page.getByRole('alert').innerText(WAIT), /not known/);
  await page.getByLabel('Token').fill(counsel);
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav', WAIT);
  await settled(page);
  assert.equal(await text(page, 'h1'), 'Judgements');
  assert.match(await text(page, '.account'), /legal\s*gate, counsel, and auditor/);
  assert.deepEqual(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]), [[], ['comity-token'], '']);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Sign in', undefined, WAIT);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.done();
});

test('flows: figures, map and table tell the same', async () => {
  const page = await open('#/flows?days=all');
  const flows = JSON.parse((await ask('GET', '/v1/flows')).text).flows;
  const refused = flows.reduce((sum, flow) => sum + flow.refuse, 0);
  assert.equal(await text(page, '.tile.refuse .figure'), String(refused));
  assert.equal(await page.locator('tbody tr').count(), flows.length);
  const arcs = flows.reduce((sum, flow) => sum + ['permit', 'conditional', 'undetermined', 'refuse'].filter((verdict) => flow[verdict] > 0).length, 0);
  assert.equal(await page.locator('.map .arc').count(), arcs);
  assert.match(await text(page), /takes no side/);
  await page.locator('.tile.refuse a').click();
  await settled(page);
  assert.match(page.url(), /#\/judgements\?verdict=refuse/);
  assert.equal(await page.locator('tbody tr').count(), refused);
  await page.done();
});

test('judgements: filters stand in the address and in the form', async () => {
  const page = await open('#/judgements');
  const all = await page.locator('tbody tr').count();
  assert.ok(all >= ACTS.length);
  await page.getByRole('checkbox', { name: 'Refuse' }).check();
  await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length < n, all, WAIT);
  await settled(page);
  assert.match(page.url(), /verdict=refuse$/);
  assert.equal(await page.locator('tbody .badge:not(.refuse)').count(), 0);
  assert.ok(await page.getByRole('checkbox', { name: 'Refuse' }).evaluate((box) => box === document.activeElement), 'the focus stays');
  await page.locator('summary').first().click();
  await page.getByLabel('From state').fill('RU');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.includes('from=RU'), undefined, WAIT);
  await settled(page);
  assert.match(await text(page, 'tbody'), /RU\.FZ152/);
  await page.reload();
  await settled(page);
  assert.equal(await page.getByLabel('From state').inputValue(), 'RU');
  await page.goBack();
  await settled(page);
  assert.equal(await page.getByLabel('From state').inputValue(), '');
  await go(page, '#/judgements?gate=nobody');
  assert.match(await text(page), /No judgement matches/);
  await page.done();
});

test('judgements: a new one appears by itself, and is said', async () => {
  const page = await open('#/judgements?act=offer');
  await page.waitForFunction(() => /Connected/.test(document.querySelector('.live-state')?.textContent ?? ''), undefined, WAIT);
  await judge({ act: 'offer', on: '2026-11-24', from: 'DE', to: 'BR' });
  await page.waitForSelector('tr.new', WAIT);
  assert.match(await text(page, 'tr.new'), /Offer/);
  await page.waitForFunction(() => /1 new judgement/.test(document.querySelector('[role=status]')?.textContent ?? ''), undefined, WAIT);
  await page.getByRole('switch').uncheck();
  await settled(page);
  const before = await page.locator('tbody tr').count();
  await judge({ act: 'offer', on: '2026-11-24', from: 'DE', to: 'IN' });
  await page.waitForTimeout(1500);
  assert.equal(await page.locator('tbody tr').count(), before);
  await page.done();
});

test('judgements: older ones by page', async () => {
  const page = await open('#/judgements');
  const total = JSON.parse((await ask('GET', '/v1/judgements?limit=500')).text).judgements.length;
  assert.ok(total > 50);
  assert.equal(await page.locator('tbody tr').count(), 50);
  await page.getByRole('button', { name: 'Older judgements' }).click();
  await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, total, WAIT);
  assert.ok(await page.evaluate(() => document.activeElement === document.querySelectorAll('tbody tr')[50].querySelector('a')));
  await page.done();
});

test('a judgement tells all that it holds', async () => {
  const page = await open('#/judgements');
  for (const [i] of ACTS.entries()) {
    await go(page, `#/judgements/${i}`);
    const { judgement } = JSON.parse((await ask('GET', `/v1/judgements/${i}`)).text);
    const shown = await page.locator('main').textContent();
    const named = [...judgement.rules.map(({ rule }) => rule), ...judgement.rules.map(({ title }) => title), ...judgement.rules.map(({ cite }) => cite),
      ...judgement.lifted.flatMap(({ rule, by }) => [rule, by]), ...judgement.duties.map(({ duty }) => duty), ...judgement.ways.flat(),
      ...judgement.needs.flatMap(({ expression, missing }) => [expression, ...missing]), ...judgement.conflicts.flatMap(({ channels }) => channels),
      ...judgement.rests_on_unverified, ...judgement.questions.slice(0, 8).map(({ ask: words }) => words), judgement.law];
    for (const one of named) assert.ok(shown.includes(one), `entry ${i}: ${one} is not shown`);
    assert.ok(await page.locator(`.verdict.${judgement.verdict}`).count());
  }
  await page.done();
});

test('a proof is verified here, and an altered one refused', async () => {
  const page = await open('#/judgements/3');
  const verify = async () => {
    await page.getByRole('button', { name: 'Verify the proof' }).click();
    await page.waitForSelector('.result .note', WAIT);
    return text(page, '.result');
  };
  assert.match(await verify(), /Proved: this judgement is in the log/);
  const { text: receipt } = await ask('GET', '/v1/record/proof/3');
  const { text: entry } = await ask('GET', '/v1/judgements/3');
  const lines = receipt.split('\n');
  const other = Buffer.alloc(32, 7).toString('base64');
  const answering = async (where, body) => {
    await page.unrouteAll();
    await page.route(where, (route) => route.fulfill({ status: 200, contentType: 'text/plain', body }));
    await page.reload();
    await settled(page);
  };
  await answering('**/v1/record/proof/3', receipt.replace(lines[3], other));
  assert.match(await verify(), /Not proved[^]*altered/);
  await answering('**/v1/record/proof/3', receipt.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`));
  assert.match(await verify(), /Not proved[^]*signature is false/);
  await answering('**/v1/judgements/3', entry.replace(/"verdict":"[a-z]+"/, '"verdict":"refuse"'));
  assert.match(await verify(), /Not proved[^]*altered/);
  await page.done();
});

test('the record: checkpoint, key, receipts from files, and whom one trusts', async () => {
  const page = await open('#/record');
  await page.waitForSelector('.result .note', WAIT);
  assert.match(await text(page), /The signature is good/);
  assert.ok((await text(page)).includes(logKey));
  assert.match(await text(page), /No witness is set/);
  await page.getByLabel('Number of the entry').fill('5');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.proved', WAIT);
  const receipt = path.join(folder, 'receipt.tlog-proof');
  const judgement = path.join(folder, 'judgement.json');
  execFileSync(COMITY, ['record', 'prove', record, '2', '-o', receipt]);
  fs.writeFileSync(judgement, execFileSync(COMITY, ['record', 'show', record, '2', '--judgement']));
  const byFiles = async (bytes) => {
    await page.locator('input[type=file]').nth(0).setInputFiles(receipt);
    await page.locator('input[type=file]').nth(1).setInputFiles({ name: 'j.json', mimeType: 'application/json', buffer: bytes });
    await page.getByRole('button', { name: 'Verify' }).nth(1).click();
    await page.waitForFunction(() => document.querySelector('[role=status].result .loading') === null, undefined, WAIT);
    return text(page, '[role=status].result');
  };
  const bytes = fs.readFileSync(judgement);
  assert.match(await byFiles(bytes), /Proved/);
  assert.match(await byFiles(Buffer.concat([bytes.subarray(0, 10), Buffer.from(' '), bytes.subarray(10)])), /Not proved/);
  await page.getByLabel('Policy or key').fill('example.org/web+00000000+AAAA');
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.match(await page.getByRole('alert').last().innerText(WAIT), /no verifier key|Not proved/);
  const stranger = path.join(folder, 'stranger');
  const strange = execFileSync(COMITY, ['record', 'init', '--origin', 'example.org/web', stranger], { encoding: 'utf8' }).trim().replace(/^log /, '');
  await page.getByLabel('Policy or key').fill(strange);
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.match(await byFiles(bytes), /No key that you trust/);
  await page.getByLabel('Policy or key').fill(`log ${logKey}\nquorum none\n`);
  await page.getByRole('button', { name: 'Keep' }).click();
  const own = await byFiles(bytes);
  assert.match(own, /Proved/);
  assert.doesNotMatch(own, /this daemon names/);
  await page.done();
});

test('ask: the interview goes on until the answer is settled', async () => {
  const page = await open('#/ask');
  await page.getByLabel('exporter', { exact: true }).selectOption('DE');
  await page.getByLabel('importer', { exact: true }).selectOption('BR');
  await page.getByLabel('health data', { exact: true }).check();
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.waitForSelector('.verdict', WAIT);
  await settled(page);
  assert.ok(await page.locator('.verdict.undetermined').count());
  const asked = new Set();
  for (let i = 0; i < 20 && (await page.locator('.interview').count()) > 0; i++) {
    const question = await text(page, '.interview h2');
    assert.ok(!asked.has(question), `${question} is asked twice`);
    asked.add(question);
    if (i > 0) assert.ok(await page.evaluate(() => document.activeElement === document.querySelector('.interview h2')), 'the question has the focus');
    const answer = page.waitForResponse((response) => response.url().endsWith('/v1/ask'), WAIT);
    await page.locator('.interview').getByRole('button', { name: 'Answer' }).click();
    await answer;
    await settled(page);
  }
  assert.ok(await page.locator('.verdict.permit').count());
  assert.ok(asked.size >= 3);
  assert.match(await text(page, '[role=status]'), /Verdict now: Permit/);
  await page.done();
});

test('ask: what a way needs can be said to be held, and taken back', async () => {
  const page = await open('#/judgements/1');
  await go(page, '#/ask');
  await page.getByLabel('exporter', { exact: true }).selectOption('SG');
  await page.getByLabel('importer', { exact: true }).selectOption('AU');
  await page.getByLabel('contact details', { exact: true }).check();
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.waitForSelector('.verdict', WAIT);
  const before = await page.locator('.missing button').count();
  assert.ok(before > 0);
  const what = (await page.locator('.missing button').first().getAttribute('aria-label')).replace('I have this: ', '');
  await page.locator('.missing button').first().click();
  await page.waitForFunction((kind) => document.querySelector('.said')?.textContent.includes(kind), what.split(' ')[0], WAIT);
  await settled(page);
  await page.locator('details:has(.said) summary').click();
  await page.getByRole('button', { name: 'Remove: papers' }).click();
  await page.waitForFunction((n) => document.querySelectorAll('.missing button').length === n, before, WAIT);
  await page.done();
});

test('the law: by state, day and words; what needs what', async () => {
  const page = await open('#/law');
  const laws = JSON.parse((await ask('GET', '/v1/law')).text).laws.filter(({ rules }) => rules > 0);
  assert.equal(await page.locator('tbody tr').count(), laws.length);
  await page.getByLabel('Words').fill('standard contract');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.ruling', WAIT);
  await go(page, '#/law?state=EU&on=2017-01-01');
  assert.doesNotMatch(await text(page), /EU\.GDPR\.44\b/);
  await go(page, '#/law?state=EU&search=EU.GDPR.44');
  await page.getByRole('link', { name: 'EU.GDPR.44', exact: true }).first().click();
  await settled(page);
  assert.equal(await text(page, 'h1'), 'EU.GDPR.44');
  assert.ok(await page.evaluate(() => document.activeElement === document.querySelector('h1')), 'the new place has the focus');
  assert.match(await text(page), /Ways that meet it[^]*EU\.ADEQUACY\.BR[^]*What lifts it[^]*Rules that name it[^]*EU\.GDPR\.44\.rest/);
  await page.getByRole('link', { name: 'EU.ADEQUACY.BR', exact: true }).first().click();
  await settled(page);
  assert.ok(await page.locator('pre.law a', { hasText: 'EU.GDPR.44' }).count(), 'rules in the text of a rule are links');
  await go(page, '#/law/NO.SUCH.RULE');
  assert.match(await text(page), /no such thing/);
  await page.done();
});

test('every view is accessible, in both themes, and from right to left', async () => {
  const found = [];
  // Themes differ in colours only, directions in order only.
  for (const [locale, dark, rules, views] of [['en', false, undefined, VIEWS], ['en', true, ['color-contrast'], VIEWS], ['ar', false, undefined, VIEWS.slice(3, 7)]]) {
    const page = await open(VIEWS[0], { locale, dark });
    await page.evaluate(AXE);
    for (const view of views) {
      await go(page, view);
      const { violations } = await page.evaluate((only) => globalThis.axe.run(document, { resultTypes: ['violations'], ...(only === undefined ? {} : { runOnly: only }) }), rules);
      found.push(...violations.map(({ id, nodes }) => `${view} ${locale}${dark ? ' dark' : ''}: ${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].any[0]?.message ?? ''}`));
    }
    await page.done();
  }
  const page = await open('', { token: null });
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  found.push(...violations.map(({ id }) => `sign in: ${id}`));
  await page.done();
  assert.deepEqual(found, []);
});

test('all can be done by keyboard, and each stop can be seen and has a name', async () => {
  const page = await open('#/flows');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  for (const view of VIEWS) {
    await go(page, view);
    await page.evaluate(() => document.activeElement.blur());
    const stops = new Set();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === document.body) return null;
        const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.closest('label')?.textContent ?? element.textContent ?? '';
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        return { name: name.trim(), html: element.outerHTML.slice(0, 160), ring: outlineStyle !== 'none' && outlineWidth !== '0px', inView: box.bottom > 0 && box.top < innerHeight };
      });
      if (stop === null) break;
      assert.ok(stop.name !== '' && stop.ring && stop.inView, `${view}: ${JSON.stringify(stop)}`);
      stops.add(stop.html);
    }
    assert.ok(stops.size >= 9, `${view}: ${stops.size} stops`);
  }
  await page.getByRole('link', { name: 'Law', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Law' && document.activeElement === document.querySelector('h1'), undefined, WAIT);
  assert.equal(await page.locator('nav [aria-current=page]').innerText(), 'Law');
  assert.match(await page.title(), /^Law/);
  await page.done();
});

test('landmarks, one first heading, real tables', async () => {
  const page = await open('#/judgements');
  for (const role of ['banner', 'navigation', 'main', 'search']) assert.equal(await page.getByRole(role).count(), 1, role);
  for (const view of VIEWS) {
    await go(page, view);
    assert.equal(await page.locator('h1').count(), 1, view);
    const levels = await page.locator('h1, h2, h3').evaluateAll((all) => all.map((one) => Number(one.tagName[1])));
    levels.forEach((level, i) => assert.ok(i === 0 ? level === 1 : level <= levels[i - 1] + 1, `${view}: ${levels}`));
    for (const table of await page.getByRole('table').all()) {
      assert.ok(await table.locator('caption').count());
      assert.ok(await table.getByRole('columnheader').count());
    }
  }
  await page.done();
});

test('on a phone nothing is wider than the screen', async () => {
  for (const [locale, width] of [['en', 360], ['ar', 360], ['zh', 390]]) {
    const page = await open(VIEWS[0], { locale, width });
    for (const view of VIEWS) {
      await go(page, view);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${view} ${locale}: ${over} pixels`);
    }
    const hidden = await page.locator('nav a span').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.parentElement.clientWidth).map((one) => one.textContent));
    assert.deepEqual(hidden, [], locale);
    await page.done();
  }
});

test('languages: the reader’s own, chosen, and from right to left', async () => {
  const chinese = await open('#/flows', { locale: 'zh-CN' });
  assert.equal(await text(chinese, 'h1'), '流向');
  assert.match(await text(chinese), /德国/);
  await chinese.getByLabel('语言').selectOption('ar');
  await chinese.waitForFunction(() => document.documentElement.dir === 'rtl' && document.querySelector('h1')?.textContent === 'التدفقات', undefined, WAIT);
  assert.equal(await chinese.evaluate(() => document.documentElement.lang), 'ar');
  assert.ok(await chinese.evaluate(() => document.querySelector('nav').getBoundingClientRect().left > document.querySelector('main').getBoundingClientRect().left), 'the places to go are on the right');
  await chinese.done();
});

test('light and dark: as the system, or as chosen', async () => {
  const page = await open('#/ledger', { dark: true });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.getByLabel('Appearance').selectOption('light');
  assert.notEqual(await ground(), dark);
  await page.reload();
  await settled(page);
  assert.notEqual(await ground(), dark);
  await page.getByLabel('Appearance').selectOption('auto');
  assert.equal(await ground(), dark);
  await page.done();
});

test('what comes from others is shown as text, never taken for markup', async () => {
  const entry = await judge({ id: '<img src=x onerror="document.title=1">', act: 'transfer', on: '2026-11-24', from: { state: 'DE', name: '<script>document.title=2</script>' }, to: 'BR' });
  const page = await open(`#/judgements/${entry}`);
  assert.match(await page.locator('pre').first().innerText(), /<script>document\.title=2<\/script>/);
  assert.equal(await page.locator('main img, main script').count(), 0);
  await go(page, '#/judgements?rule=%3Cimg%20src%3Dx%3E&from="><b>x');
  assert.equal(await page.locator('main img, main b').count(), 0);
  assert.doesNotMatch(await page.title(), /^[12]/);
  await page.done();
});

test('who may not is told so in words', async () => {
  const page = await open('#/judgements', { token: auditor });
  assert.ok((await page.locator('tbody tr').count()) > 0);
  await go(page, '#/judgements/3');
  assert.match(await text(page), /Your role does not allow this/);
  await page.done();
});

test('marked values stand on no page but in the act itself', async () => {
  const entry = await judge({ id: `${MARK}-id`, act: 'transfer', on: '2026-11-24', from: { state: 'SG', name: `${MARK}-from` }, to: { state: 'AU', name: `${MARK}-to` }, data: { categories: ['contact'], people: 3 } });
  const page = await open('#/judgements');
  for (const view of [...VIEWS, '#/judgements?from=SG']) {
    await go(page, view);
    assert.ok(!(await page.content()).includes(MARK), `${view} shows a marked value`);
  }
  await go(page, `#/judgements/${entry}`);
  const outside = await page.evaluate((mark) => {
    const copy = document.querySelector('main').cloneNode(true);
    const told = [...copy.querySelectorAll('pre')].filter((one) => one.textContent.includes(mark)).length;
    copy.querySelectorAll('pre').forEach((one) => one.remove());
    return [told > 0, copy.textContent.includes(mark)];
  }, MARK);
  assert.deepEqual(outside, [true, false]);
  assert.ok(!fs.readFileSync(log, 'utf8').includes(MARK));
  assert.deepEqual(await page.evaluate((mark) => [JSON.stringify(localStorage).includes(mark), JSON.stringify(sessionStorage).includes(mark)], MARK), [false, false]);
  await page.done();
});

test('a daemon that is away, or answers with an error, is told in words', async () => {
  const page = await open('#/flows');
  await page.route('**/v1/**', (route) => route.abort());
  await go(page, '#/record');
  assert.match(await page.getByRole('alert').innerText(), /does not answer/);
  await page.unroute('**/v1/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.waitForFunction(() => document.querySelector('[role=alert]') === null, undefined, WAIT);
  await page.route('**/v1/flows*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"x","status":503}' }));
  await go(page, '#/flows');
  assert.match(await page.getByRole('alert').innerText(), /cannot answer this at present/);
  await page.done();
});

// ---- running them ----

let passed = 0;
let failed = 0;
try {
  for (let round = 0; round < 3; round++) for (const act of ACTS) await ask('POST', '/v1/judge', act);
  await judge(ACTS[0]);
  for (const [name, run] of tests.filter(([name]) => name.includes(ONLY))) {
    const begun = Date.now();
    try {
      await run();
      passed++;
      console.log(`ok ${name} (${Date.now() - begun} ms)`);
    } catch (error) {
      failed++;
      console.log(`failed: ${name}\n  ${String(error.stack ?? error).split('\n').slice(0, 30).join('\n  ')}`);
    }
  }
} finally {
  await browser.close();
  daemon.kill('SIGTERM');
  await new Promise((resolve) => (daemon.exitCode !== null ? resolve() : daemon.once('exit', resolve)));
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(`web: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
