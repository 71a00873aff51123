// The list of judgements as it renews itself: nothing is lost, nothing moves under who
// reads, and whoever was away is caught up with.
import assert from 'node:assert/strict';
import { ask, judge } from './web_daemon.mjs';
import { open, settled, text, WAIT } from './web_page.mjs';

export const tests = [];
const test = (name, run) => tests.push([name, run]);

const ACT = { act: 'offer', on: '2026-11-24', from: 'DE', to: 'BR' };

/** Judges so many at once; gives back the number of the last. */
const judgeMany = async (count) => {
  for (let left = count - 1; left > 0; left -= 100) {
    const lines = Array.from({ length: Math.min(100, left) }, () => JSON.stringify(ACT)).join('\n');
    assert.equal((await ask('POST', '/v1/judge', `${lines}\n`, undefined, 'application/x-ndjson')).status, 200);
  }
  return Number(await judge(ACT));
};

const connected = (page) =>
  page.waitForFunction(
    () => /^Connected/.test(document.querySelector('.live-state')?.textContent ?? ''),
    undefined,
    WAIT,
  );

const entriesOf = (page) =>
  page
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => Number(row.querySelector('a[href^="#/judgements/"]').hash.split('/')[2])));

const withoutGap = (entries) => entries.every((entry, i) => i === 0 || entry === entries[i - 1] - 1);

const shows = (page, entry) =>
  page.waitForFunction(
    (hash) => document.querySelector(`tbody tr a[href="${hash}"]`) !== null,
    `#/judgements/${entry}`,
    WAIT,
  );

test('live: of very many the newest are kept, and older ones follow without a gap', async () => {
  const page = await open('#/judgements');
  await connected(page);
  const last = await judgeMany(260);
  await shows(page, last);
  const kept = await entriesOf(page);
  assert.equal(kept.length, 100);
  assert.equal(kept[0], last);
  await page.getByRole('button', { name: 'Older judgements' }).click();
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 150, undefined, WAIT);
  const all = await entriesOf(page);
  assert.ok(withoutGap(all), all.join(' '));
  assert.equal(
    await page.evaluate(() => document.activeElement.hash),
    `#/judgements/${all[100]}`,
    'the focus goes to the first that came',
  );
  await page.done();
});

test('live: nothing moves under who reads; what is new is offered', async () => {
  const page = await open('#/judgements');
  await connected(page);
  await page.locator('tbody a').nth(2).focus();
  const focused = await page.evaluate(() => document.activeElement.hash);
  const before = await entriesOf(page);
  const last = await judgeMany(3);
  const offer = page.getByRole('button', { name: 'Show 3 new judgements' });
  await offer.waitFor(WAIT);
  assert.deepEqual(await entriesOf(page), before);
  assert.equal(await page.evaluate(() => document.activeElement.hash), focused);
  await offer.click();
  await shows(page, last);
  await page.waitForFunction((hash) => document.activeElement.hash === hash, `#/judgements/${last}`, WAIT);
  assert.equal(await offer.count(), 0);
  await page.locator('h1').focus();
  await page.done();
});

test('live: whoever was cut off is caught up with', async () => {
  const page = await open('#/judgements');
  await connected(page);
  await page.route('**/v1/judgements**', (route) => route.abort());
  // As a lid that is shut: the tab is hidden, and later seen again.
  const seen = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', {
        configurable: true,
        get: () => value,
      });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const ended = page.waitForEvent('requestfailed', {
    predicate: (request) => request.url().includes('/v1/judgements/events'),
    ...WAIT,
  });
  await seen(true);
  await ended; // a tab behind others holds no connection
  await seen(false);
  await page.waitForFunction(
    () => /^Not connected/.test(document.querySelector('.live-state').textContent),
    undefined,
    WAIT,
  );
  const last = await judgeMany(5);
  await page.unroute('**/v1/judgements**');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await shows(page, last);
  await connected(page);
  assert.ok(withoutGap(await entriesOf(page)));
  const next = await judgeMany(1);
  await shows(page, next);
  await page.done();
});

const rowOf = (entry, second) => ({
  entry,
  time: `2026-12-31T23:59:${String(second).padStart(2, '0')}.000Z`,
  verdict: 'permit',
  act: 'offer',
  from: 'DE',
  to: 'BR',
});

const eventOf = (row) => `id: ${row.entry}\nevent: judgement\ndata: ${JSON.stringify(row)}\n\n`;

/** A daemon that answers as is told, one answer after the other; the last again and again. */
const answering = (where, answers) => async (page) => {
  let at = 0;
  await page.route(where, (route) => route.fulfill(answers[Math.min(at++, answers.length - 1)]));
};

const listed = (rows) => ({
  json: { judgements: rows, next: null, scanned: rows.length },
});
const streamed = (body) => ({ contentType: 'text/event-stream', body });

test('live: what was passed over is fetched, and where numbers begin anew the list does', async () => {
  for (const [what, first, events, then] of [
    ['passed over', [rowOf(7, 1)], 'event: skipped\ndata: {"from":8,"to":30}\n\n', [rowOf(31, 9), rowOf(30, 8)]],
    ['a year turns', [rowOf(7, 1), rowOf(6, 0)], eventOf(rowOf(0, 5)), [rowOf(0, 5)]],
    ['the same number is another', [rowOf(7, 1)], '', [rowOf(7, 44), rowOf(6, 43)]],
  ]) {
    const page = await open('#/judgements', {
      before: async (one) => {
        await answering('**/v1/judgements?*', [listed(first), listed(then)])(one);
        await answering('**/v1/judgements/events*', [streamed(events), streamed('')])(one);
      },
    });
    await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, then.length, WAIT);
    await page.waitForFunction((time) => document.querySelector('tbody time').dateTime === time, then[0].time, WAIT);
    assert.deepEqual(
      await entriesOf(page),
      then.map(({ entry }) => entry),
      what,
    );
    await page.done();
  }
});

test('live: who may not any more is told, and is not said to be tried again', async () => {
  const ended = {
    status: 401,
    contentType: 'application/problem+json',
    body: '{"title":"x","status":401}',
  };
  const page = await open('#/judgements', {
    before: answering('**/v1/judgements/events*', [ended]),
    keep: false,
  });
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Sign in', undefined, WAIT);
  assert.match(await text(page), /not known here any more/);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.done();
  const forbidden = await open('#/judgements', {
    before: answering('**/v1/judgements/events*', [{ ...ended, status: 403 }]),
  });
  await forbidden.waitForFunction(
    () => /^Not connected\. Your role/.test(document.querySelector('.live-state').textContent),
    undefined,
    WAIT,
  );
  await forbidden.done();
});

test('a filter looks on where thousands of entries hold nothing, and says how far', async () => {
  const nothing = (next) => ({
    json: { judgements: [], next, scanned: 20000 },
  });
  const answers = Array.from({ length: 20 }, (_, i) => nothing(480000 - i * 20000));
  const page = await open('#/judgements?rule=EU.GDPR.44', {
    before: answering('**/v1/judgements?*', [...answers, listed([rowOf(12, 3)])]),
  });
  assert.match(await text(page, '.empty'), /No judgement matches among the newest 200,000 entries/);
  await page.getByRole('button', { name: 'Look further back' }).click();
  await page.waitForFunction(
    () => /None among 200,000 older entries/.test(document.querySelector('.older').textContent),
    undefined,
    WAIT,
  );
  assert.ok(
    await page.evaluate(() => document.activeElement.textContent === 'Look further back'),
    'the focus stays where it can be pressed again',
  );
  await page.keyboard.press('Enter');
  await page.waitForSelector('tbody tr', WAIT);
  assert.deepEqual(await entriesOf(page), [12]);
  await settled(page);
  await page.done();
});
