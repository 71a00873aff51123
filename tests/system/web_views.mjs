// What the views show and do, and what they must never show.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ask, auditor, comity, counsel, folder, judge, log, logKey, record } from './web_daemon.mjs';
import { answer, go, open, settled, text, VIEWS, WAIT } from './web_page.mjs';

const ACTS = fs
  .readFileSync(new URL('../../examples/acts.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const MARK = 'MARKED-4711';

/** Three rounds of the example acts, so that there is more than a page of them. */
export const prepare = async () => {
  for (let round = 0; round < 3; round++) for (const act of ACTS) await ask('POST', '/v1/judge', act);
  await judge(ACTS[0]);
};

export const tests = [];
const test = (name, run) => tests.push([name, run]);

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
  assert.deepEqual(
    await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]),
    [[], ['comity-token'], ''],
  );
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
  const arcs = flows.reduce(
    (sum, flow) =>
      sum + ['permit', 'conditional', 'undetermined', 'refuse'].filter((verdict) => flow[verdict] > 0).length,
    0,
  );
  assert.equal(await page.locator('.map .arc').count(), arcs);
  assert.match(await text(page), /takes no side/);
  await page.locator('.tile.refuse a').click();
  await settled(page);
  assert.match(page.url(), /#\/judgements\?verdict=refuse/);
  assert.equal(await page.locator('tbody tr').count(), refused);
  await page.done();
});

test('flows: of very many the largest are drawn, and the table tells all', async () => {
  const codes = ['DE', 'FR', 'CN', 'IN', 'US', 'BR', 'JP', 'KR', 'GB', 'CH', 'SG', 'AU'];
  const flows = codes.flatMap((from, i) =>
    codes
      .filter((to) => to !== from)
      .map((to, j) => ({
        from,
        to,
        permit: i * 12 + j + 1,
        conditional: 0,
        undetermined: 0,
        refuse: 1,
      })),
  );
  const page = await open('#/flows', {
    before: (one) =>
      one.route('**/v1/flows*', (route) => route.fulfill({ json: { entries: 9, complete: true, flows } })),
  });
  assert.equal(await page.locator('.map .arc').count(), 60);
  assert.match(await text(page), /the 60 largest of 264 lines/);
  assert.equal(await page.locator('tbody tr').count(), 50);
  await page.getByRole('button', { name: 'Show the other 82 flows' }).click();
  assert.equal(await page.locator('tbody tr').count(), flows.length);
  assert.ok(
    await page.evaluate(() => document.activeElement === document.querySelectorAll('tbody tr')[50].querySelector('a')),
    'the focus goes to the first that came',
  );
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
  assert.ok(
    await page.getByRole('checkbox', { name: 'Refuse' }).evaluate((box) => box === document.activeElement),
    'the focus stays',
  );
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
  await page.waitForFunction(
    () => /Connected/.test(document.querySelector('.live-state')?.textContent ?? ''),
    undefined,
    WAIT,
  );
  await judge({ act: 'offer', on: '2026-11-24', from: 'DE', to: 'BR' });
  await page.waitForSelector('tr.new', WAIT);
  assert.match(await text(page, 'tr.new'), /Offer/);
  await page.waitForFunction(
    () => /1 new judgement/.test(document.querySelector('[role=status]')?.textContent ?? ''),
    undefined,
    WAIT,
  );
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
  assert.ok(
    await page.evaluate(() => document.activeElement === document.querySelectorAll('tbody tr')[50].querySelector('a')),
  );
  await page.done();
});

test('a judgement tells all that it holds', async () => {
  const page = await open('#/judgements');
  for (const [i] of ACTS.entries()) {
    await go(page, `#/judgements/${i}`);
    const { judgement } = JSON.parse((await ask('GET', `/v1/judgements/${i}`)).text);
    const shown = await page.locator('main').textContent();
    const named = [
      ...judgement.rules.map(({ rule }) => rule),
      ...judgement.rules.map(({ title }) => title),
      ...judgement.rules.map(({ cite }) => cite),
      ...judgement.lifted.flatMap(({ rule, by }) => [rule, by]),
      ...judgement.duties.map(({ duty }) => duty),
      ...judgement.ways.flat(),
      ...judgement.needs.flatMap(({ expression, missing }) => [expression, ...missing]),
      ...judgement.conflicts.flatMap(({ channels }) => channels),
      ...judgement.rests_on_unverified,
      ...judgement.questions.slice(0, 8).map(({ ask: words }) => words),
      judgement.law,
    ];
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
  await answering(
    '**/v1/record/proof/3',
    receipt.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`),
  );
  assert.match(await verify(), /Not proved[^]*signature is false/);
  await answering('**/v1/judgements/3', entry.replace(/"verdict":"[a-z]+"/, '"verdict":"refuse"'));
  assert.match(await verify(), /Not proved[^]*altered/);
  await page.done();
});

test('what another version judged otherwise is shown without a verdict', async () => {
  const page = await open('#/judgements');
  const entry = JSON.parse((await ask('GET', '/v1/judgements/3')).text);
  const untold = {
    ...entry,
    judgement: null,
    explained: null,
    evaluator: '0.0.9',
    reason: 'judged again it is another judgement; version 0.0.9 judged then',
  };
  await page.route('**/v1/judgements/3', (route) =>
    route.fulfill({ status: 200, contentType: 'application/json', body: JSON.stringify(untold) }),
  );
  await go(page, '#/judgements/3');
  assert.match(
    await text(page),
    /judges otherwise than version 0\.0\.9[^]*Judged by version\s*0\.0\.9[^]*judged again it is another judgement/,
  );
  assert.equal(await page.locator('main .verdict').count(), 0);
  await go(page, '#/record');
  await page.locator('form.verify input[inputmode="numeric"]').fill('3');
  await page.locator('form.verify button').first().click();
  await page.waitForSelector('.verify ~ * .note.bad, .result .note.bad', WAIT);
  assert.match(await text(page), /cannot tell what was judged, so there is nothing to hold against the receipt/);
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
  comity('record', 'prove', record, '2', '-o', receipt);
  fs.writeFileSync(judgement, comity('record', 'show', record, '2', '--judgement'));
  const byFiles = async (bytes) => {
    await page.locator('input[type=file]').nth(0).setInputFiles(receipt);
    await page.locator('input[type=file]').nth(1).setInputFiles({
      name: 'j.json',
      mimeType: 'application/json',
      buffer: bytes,
    });
    await page.getByRole('button', { name: 'Verify' }).nth(1).click();
    await settled(page);
    return page.getByRole('region', { name: 'Verify a proof' }).getByRole('status').innerText(WAIT);
  };
  const bytes = fs.readFileSync(judgement);
  assert.match(await byFiles(bytes), /Proved/);
  assert.match(
    await byFiles(Buffer.concat([bytes.subarray(0, 10), Buffer.from(' '), bytes.subarray(10)])),
    /Not proved/,
  );
  await page.getByLabel('Policy or key').fill('example.org/web+00000000+AAAA');
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.match(await page.getByRole('alert').last().innerText(WAIT), /no verifier key|Not proved/);
  const stranger = path.join(folder, 'stranger');
  const strange = comity('record', 'init', '--origin', 'example.org/web', stranger).trim().replace(/^log /, '');
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

test('the ledger: what is near a threshold is told before it is reached', async () => {
  const act = JSON.parse(ACTS.find((one) => one.includes('cn-sg-patients-9999')));
  delete act.counts;
  delete act.data.people;
  act.from.name = 'First Exporter';
  const digests = Array.from({ length: 8500 }, (_, i) => (i + 0x4711).toString(16).padStart(32, '0'));
  await judge({ act, persons: { health: digests } });
  const page = await open('#/ledger?year=2026');
  const near = page.locator('.threshold.near').first();
  assert.match(await near.innerText(), /near\s*First Exporter[^]*8,500 of 10,000[^]*85%/);
  assert.equal(await near.getByRole('meter').getAttribute('aria-valuetext'), '8,500 of 10,000');
  assert.match(await text(page), /near (its|their) threshold/);
  assert.match(await text(page, 'tbody'), /First Exporter[^]*China[^]*Singapore[^]*health[^]*8,500/);
  assert.ok(!(await page.content()).includes(digests[0]));
  await page.getByLabel('Exporter', { exact: true }).selectOption('First Exporter');
  await page.waitForFunction(() => location.hash.includes('exporter=First'), undefined, WAIT);
  await settled(page);
  assert.equal(await page.getByLabel('Exporter', { exact: true }).inputValue(), 'First Exporter');
  await page.getByLabel('Year').selectOption({ index: 2 });
  await page.waitForFunction(() => !location.hash.includes('year=2026'), undefined, WAIT);
  await settled(page);
  assert.match(await text(page), /Nothing was counted in this year/);
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
    if (i > 0)
      assert.ok(
        await page.evaluate(() => document.activeElement === document.querySelector('.interview h2')),
        'the question has the focus',
      );
    await answer(page);
  }
  assert.ok(await page.locator('.verdict.permit').count());
  assert.ok(asked.size >= 3);
  await page.waitForFunction(
    () => /Verdict now: Permit/.test(document.querySelector('[role=status]')?.textContent ?? ''),
    undefined,
    WAIT,
  );
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
  await page.locator('.missing button').first().click();
  await page.waitForFunction(
    () => /Which paper is held\?|Which protections/.test(document.querySelector('.said')?.textContent ?? ''),
    undefined,
    WAIT,
  );
  await settled(page);
  await page.locator('details:has(.said) summary').click();
  await page.getByRole('button', { name: /^Remove: Which (paper|protections)/ }).click();
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
  assert.ok(
    await page.evaluate(() => document.activeElement === document.querySelector('h1')),
    'the new place has the focus',
  );
  assert.match(
    await text(page),
    /Ways that meet it[^]*EU\.ADEQUACY\.BR[^]*What lifts it[^]*Rules that name it[^]*EU\.GDPR\.44\.rest/,
  );
  await page.getByRole('link', { name: 'EU.ADEQUACY.BR', exact: true }).first().click();
  await settled(page);
  assert.ok(
    await page.locator('pre.law a', { hasText: 'EU.GDPR.44' }).count(),
    'rules in the text of a rule are links',
  );
  await go(page, '#/law/NO.SUCH.RULE');
  assert.match(await text(page), /nothing here by this name/);
  await page.done();
});

test('what comes from others is shown as text, never taken for markup', async () => {
  const entry = await judge({
    id: '<img src=x onerror="document.title=1">',
    act: 'transfer',
    on: '2026-11-24',
    from: { state: 'DE', name: '<script>document.title=2</script>' },
    to: 'BR',
  });
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
  const entry = await judge({
    id: `${MARK}-id`,
    act: 'transfer',
    on: '2026-11-24',
    from: { state: 'SG', name: `${MARK}-from` },
    to: { state: 'AU', name: `${MARK}-to` },
    data: { categories: ['contact'], people: 3 },
  });
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
  assert.deepEqual(
    await page.evaluate(
      (mark) => [JSON.stringify(localStorage).includes(mark), JSON.stringify(sessionStorage).includes(mark)],
      MARK,
    ),
    [false, false],
  );
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
  await page.route('**/v1/flows*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: '{"title":"x","status":503}',
    }),
  );
  await go(page, '#/flows');
  assert.match(await page.getByRole('alert').innerText(), /cannot answer this at present/);
  await page.done();
});
