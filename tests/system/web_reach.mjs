// That everybody can use the dashboard: by keyboard, with a screen reader, on a phone,
// in each language, in light and dark.
import assert from 'node:assert/strict';
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
