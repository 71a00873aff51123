// That everybody can use the dashboard: by keyboard, with a screen reader, on a phone,
// in each language, in light and dark.
import assert from 'node:assert/strict';
import { ask } from './web_daemon.mjs';
import { AXE, go, open, settled, text, VIEWS, WAIT } from './web_page.mjs';

export const tests = [];
const test = (name, run) => tests.push([name, run]);

test('every view is accessible, in both themes, and from right to left', async () => {
  const found = [];
  // Themes differ in colours only, directions in order only.
  for (const [locale, dark, rules, views] of [
    ['en', false, undefined, VIEWS],
    ['en', true, ['color-contrast'], VIEWS],
    ['ar', false, undefined, VIEWS.slice(3, 7)],
  ]) {
    const page = await open(VIEWS[0], { locale, dark });
    await page.evaluate(AXE);
    for (const view of views) {
      await go(page, view);
      const { violations } = await page.evaluate(
        (only) =>
          globalThis.axe.run(document, {
            resultTypes: ['violations'],
            ...(only === undefined ? {} : { runOnly: only }),
          }),
        rules,
      );
      found.push(
        ...violations.map(
          ({ id, nodes }) =>
            `${view} ${locale}${dark ? ' dark' : ''}: ${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].any[0]?.message ?? ''}`,
        ),
      );
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
    await page.locator('.skip').focus();
    const stops = new Set();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === document.body) return null;
        const name =
          element.getAttribute('aria-label') ??
          element.labels?.[0]?.textContent ??
          element.closest('label')?.textContent ??
          element.textContent ??
          '';
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        return {
          name: name.trim(),
          html: element.outerHTML.slice(0, 160),
          ring: outlineStyle !== 'none' && outlineWidth !== '0px',
          inView: box.bottom > 0 && box.top < innerHeight,
        };
      });
      if (stop === null) break;
      assert.ok(stop.name !== '' && stop.ring && stop.inView, `${view}: ${JSON.stringify(stop)}`);
      stops.add(stop.html);
    }
    assert.ok(stops.size >= 9, `${view}: ${stops.size} stops`);
  }
  await page.getByRole('link', { name: 'Law', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () =>
      document.querySelector('h1')?.textContent === 'Law' && document.activeElement === document.querySelector('h1'),
    undefined,
    WAIT,
  );
  assert.equal(await page.locator('nav [aria-current=page]').innerText(), 'Law');
  assert.match(await page.title(), /^Law/);
  await page.done();
});

test('landmarks, one first heading, real tables', async () => {
  const page = await open('#/judgements');
  for (const role of ['banner', 'navigation', 'main', 'search'])
    assert.equal(await page.getByRole(role).count(), 1, role);
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
  await go(page, '#/judgements');
  const { entry } = JSON.parse((await ask('GET', '/v1/judgements?limit=1')).text).judgements[0];
  const header = page.getByRole('rowheader').first();
  assert.match(await header.ariaSnapshot(), new RegExp(`link "Judgement ${entry}, `), 'a row is called by its entry');
  await page.done();
});

test('on a phone nothing is wider than the screen', async () => {
  for (const [locale, width] of [
    ['en', 360],
    ['ar', 360],
    ['zh', 390],
  ]) {
    const page = await open(VIEWS[0], { locale, width });
    for (const view of VIEWS) {
      await go(page, view);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(over <= 0, `${view} ${locale}: ${over} pixels`);
    }
    const hidden = await page
      .locator('nav a span')
      .evaluateAll((all) =>
        all.filter((one) => one.scrollWidth > one.parentElement.clientWidth).map((one) => one.textContent),
      );
    assert.deepEqual(hidden, [], locale);
    await page.done();
  }
});

test('languages: the reader’s own, chosen, and from right to left', async () => {
  const chinese = await open('#/flows', { locale: 'zh-CN' });
  assert.equal(await text(chinese, 'h1'), '流向');
  assert.match(await text(chinese), /德国/);
  await chinese.getByLabel('语言').selectOption('ar');
  await chinese.waitForFunction(
    () => document.documentElement.dir === 'rtl' && document.querySelector('h1')?.textContent === 'التدفقات',
    undefined,
    WAIT,
  );
  assert.equal(await chinese.evaluate(() => document.documentElement.lang), 'ar');
  assert.ok(
    await chinese.evaluate(
      () =>
        document.querySelector('nav').getBoundingClientRect().left >
        document.querySelector('main').getBoundingClientRect().left,
    ),
    'the places to go are on the right',
  );
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

test('of very many counts the first are drawn, and the focus stays in what asks for others', async () => {
  const row = (i) => ({
    exporter: `Exporter ${i}`,
    origin: 'CN',
    destination: 'SG',
    category: 'health',
    year: 2026,
    persons: i,
    persons_12_months: i,
  });
  const threshold = (i) => ({
    rule: 'CN.FLOWS.7.sensitive',
    state: 'CN',
    count: 'sensitive',
    window: 'year',
    exporter: `Exporter ${i}`,
    at: 10000,
    now: i,
    share: i / 10000,
    level: 'below',
  });
  const all = [...Array(400).keys()];
  const json = {
    exporters: ['Exporter 1'],
    rows: all.map(row),
    thresholds: all.map(threshold),
  };
  const page = await open('#/ledger', {
    before: (one) => one.route('**/v1/ledger*', (route) => route.fulfill({ json })),
  });
  assert.equal(await page.locator('.threshold').count(), 50);
  const [form, first] = await page
    .locator('main .card')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()));
  assert.ok(first.top - form.bottom >= 12, 'cards do not touch');
  assert.equal(await page.locator('tbody tr').count(), 50);
  const [thresholds, rows] = await page.getByRole('button', { name: 'Show more' }).all();
  await rows.click();
  assert.equal(await page.locator('tbody tr').count(), 100);
  assert.ok(await page.evaluate(() => document.activeElement === document.querySelectorAll('tbody tr')[50]));
  await thresholds.click();
  assert.equal(await page.locator('.threshold').count(), 100);
  const exporter = page.getByLabel('Exporter', { exact: true });
  await exporter.focus();
  await exporter.selectOption('Exporter 1');
  await page.waitForFunction(() => location.hash.includes('exporter='), undefined, WAIT);
  await settled(page);
  assert.ok(await exporter.evaluate((choice) => choice === document.activeElement));
  await page.unroute('**/v1/ledger*');
  await page.route('**/v1/ledger*', (route) => route.abort());
  await go(page, '#/ledger?year=2024');
  await page.getByRole('button', { name: 'Try again' }).click();
  await settled(page);
  assert.ok(
    await page.evaluate(() => document.activeElement.closest('main') !== null),
    'who tries again does not begin at the top of the page',
  );
  await page.done();
});

test('each view is accessible while it loads, with an error, and with all opened', async () => {
  const found = [];
  const page = await open('#/law', { dark: true });
  await page.evaluate(AXE);
  const look = async (what) => {
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    found.push(...violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0].html.slice(0, 200)}`));
  };
  const act = encodeURIComponent('{"act":"transfer","from":"DE","to":"BR","data":{"categories":["health"]}}');
  for (const view of [`#/ask?act=${act}`, '#/judgements/3']) {
    await go(page, view);
    await page.waitForSelector('.verdict', WAIT);
    await page.locator('main details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
    await look(`${view}, opened`);
  }
  const failing = {
    status: 503,
    contentType: 'application/problem+json',
    body: '{"title":"x","status":503}',
  };
  await page.route('**/v1/**', (route) => route.fulfill(failing));
  for (const view of ['#/flows?days=1', '#/judgements?act=offer', '#/ledger?year=2020', '#/record', '#/judgements/4']) {
    await go(page, view);
    await page.waitForSelector('[role=alert]', WAIT);
    await look(`${view}, an error`);
  }
  await page.unroute('**/v1/**');
  let held = [];
  await page.route('**/v1/*', (route) => held.push(route));
  for (const view of ['#/flows', '#/judgements', '#/ledger', '#/record']) {
    await page.evaluate((to) => (location.hash = to), view);
    await page.waitForSelector('.loading', WAIT);
    await look(`${view}, loading`);
  }
  await Promise.all(held.map((route) => route.abort().catch(() => undefined)));
  assert.deepEqual(found, []);
  await page.done();
});

test('between a phone and a wide screen no column is cut off', async () => {
  for (const width of [800, 1024, 1280]) {
    const page = await open('#/flows', { width });
    for (const view of ['#/flows?days=all', '#/judgements', '#/law', '#/judgements/3']) {
      await go(page, view);
      const cut = await page.locator('main *').evaluateAll((all) =>
        all
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'hidden')
          .filter((one) => one.closest('.unseen, select, svg') === null)
          .map((one) => one.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(cut, [], `${view} ${width}`);
    }
    await page.done();
  }
});

test('at 400 percent, and with text spaced as the reader likes it, nothing is cut off', async () => {
  for (const locale of ['en', 'ar']) {
    const page = await open('#/flows', { locale, width: 320 });
    await page.evaluate(() => {
      const spaced = new CSSStyleSheet();
      spaced.replaceSync(
        '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }',
      );
      document.adoptedStyleSheets = [spaced];
    });
    for (const view of VIEWS) {
      await go(page, view);
      const over = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        const cut = [...document.querySelectorAll('main *')].find((one) => {
          const { left, right, width: own } = one.getBoundingClientRect();
          return own > 0 && (right > width + 1 || left < -1) && one.closest('pre, .unseen, thead, nav') === null;
        });
        return [document.documentElement.scrollWidth - width, cut?.outerHTML.slice(0, 160)];
      });
      assert.ok(over[0] <= 0 && over[1] === undefined, `${view} ${locale}: ${over}`);
    }
    await page.done();
  }
});

test('the map is gone through by arrow keys, and each line is told and opened', async () => {
  const page = await open('#/flows?days=all');
  const map = page.getByRole('listbox');
  const lines = map.getByRole('option');
  const count = await lines.count();
  assert.ok(count > 3);
  const names = await lines.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  assert.equal(await map.locator('[tabindex="0"]').count(), 1, 'one stop for the tab key');
  await map.locator('[tabindex="0"]').focus();
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  const said = () => page.locator('.map-said').innerText(WAIT);
  assert.deepEqual([await focused(), await said()], [names[0], names[0]]);
  await page.keyboard.press('ArrowDown');
  assert.deepEqual([await focused(), await said()], [names[1], names[1]]);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(), names[count - 1], 'round');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(), names[1], 'who comes back is where he was');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /^#\/judgements\?verdict=/.test(location.hash), undefined, WAIT);
  await page.done();
});
