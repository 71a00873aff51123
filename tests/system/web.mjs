// Drives the dashboard as people do, in a real browser, served by the real daemon.
//
//     node web.mjs COMITY COMITYD IMAGE DASHBOARD WEB CLOCK [NAME]
//
// WEB: the folder whose node_modules has playwright-core and axe-core. CLOCK: the module
// that tells another time of day. NAME: only tests whose names hold it. Everything is made here, on loopback, in a folder that
// goes away; what is started is ended by its own process id.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const dashboard = process.argv[5] ?? '';
const only = process.argv[8] ?? '';

const skip = (why) => {
  console.log(`web: skipped: ${why}`);
  process.exit(77);
};
process.env.COMITY_CHROMIUM ??=
  ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((one) => fs.existsSync(one)) ?? '';
if (process.env.COMITY_CHROMIUM === '') skip('there is no chromium');
if (!fs.existsSync(path.join(dashboard, 'index.html')))
  skip('the dashboard is not built: node, npm or what npm installs is missing');

const { stop } = await import('./web_daemon.mjs');
const { browser } = await import('./web_page.mjs');
const views = await import('./web_views.mjs');
const asking = await import('./web_asking.mjs');
const live = await import('./web_live.mjs');
const proof = await import('./web_proof.mjs');
const reach = await import('./web_reach.mjs');
const years = await import('./web_years.mjs');

let passed = 0;
let failed = 0;
const run = async (name, what) => {
  const begun = Date.now();
  try {
    await what();
    passed++;
    console.log(`ok ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed++;
    console.log(
      `failed: ${name}\n  ${String(error.stack ?? error)
        .split('\n')
        .slice(0, 30)
        .join('\n  ')}`,
    );
  }
};

try {
  await views.prepare();
  for (const [name, what] of [views, asking, live, proof, reach, years].flatMap(({ tests }) => tests))
    if (name.includes(only)) await run(name, what);
} finally {
  await browser.close();
  await run('the daemon ends as it should', async () => assert.equal(await stop(), 0));
}
console.log(`web: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
