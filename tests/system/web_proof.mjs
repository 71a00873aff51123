// Proofs as an auditor tries them: what is saved verifies elsewhere, a checkpoint from
// elsewhere is the beginning of what is shown, and nothing that was altered passes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ask, comity, folder, judge, logKey, record } from './web_daemon.mjs';
import { open, settled, text, WAIT } from './web_page.mjs';

export const tests = [];
const test = (name, run) => tests.push([name, run]);

const ACT = { act: 'offer', on: '2026-11-24', from: 'DE', to: 'BR' };

const saved = async (page, name) => {
  const [download] = await Promise.all([
    page.waitForEvent('download', WAIT),
    page.getByRole('button', { name }).click(),
  ]);
  const to = path.join(folder, download.suggestedFilename());
  await download.saveAs(to);
  return to;
};

const policyFile = (text) => {
  const to = path.join(folder, 'policy');
  fs.writeFileSync(to, text);
  return to;
};

test('proof: the receipt and the judgement are saved as the command verifies them', async () => {
  const page = await open('#/judgements/3');
  await page.getByRole('button', { name: 'Verify the proof' }).click();
  await page.waitForSelector('.proved', WAIT);
  assert.ok(
    await page.evaluate(() => document.activeElement.textContent === 'Verify the proof'),
    'the focus stays where it was',
  );
  const receipt = await saved(page, 'Save the receipt');
  const judgement = await saved(page, 'Save the judgement');
  assert.equal(path.basename(receipt), 'entry-3.tlog-proof');
  const policy = policyFile(`log ${logKey}\nquorum none\n`);
  comity('record', 'verify', '--policy', policy, '--receipt', receipt, '--judgement', judgement);
  await page.done();
});

test('proof: a file that was appended has its own last newline', async () => {
  const other = path.join(folder, 'files');
  const key = comity('record', 'init', '--origin', 'example.org/files', other).trim().replace(/^log /, '');
  const file = path.join(folder, 'revocation.txt');
  const receipt = path.join(folder, 'file.tlog-proof');
  fs.writeFileSync(file, 'revoked\n');
  comity('record', 'append', other, file);
  comity('record', 'prove', other, '0', '-o', receipt);
  const page = await open('#/record', {
    before: (one) => one.addInitScript((text) => localStorage.setItem('comity-policy', text), key),
  });
  await page.locator('input[type=file]').nth(0).setInputFiles(receipt);
  await page.locator('input[type=file]').nth(1).setInputFiles(file);
  await page.getByRole('button', { name: 'Verify' }).nth(1).click();
  await page.waitForSelector('.proved', WAIT);
  await page.done();
});

const compare = async (page, checkpoint) => {
  const region = page.getByRole('region', {
    name: 'Compare with a checkpoint',
  });
  await region.getByLabel('Checkpoint', { exact: true }).fill(checkpoint);
  await region.getByRole('button', { name: 'Compare' }).click();
  await settled(page);
  await page.waitForFunction(
    () => document.querySelector('form.verify textarea').closest('section').querySelector('.note') !== null,
    undefined,
    WAIT,
  );
  return region.getByRole('status').innerText(WAIT);
};

const checkpointOf = (where) => fs.readFileSync(path.join(where, 'public', 'checkpoint'), 'utf8');

/** Lets the log grow by so many. */
const grow = async (count) => {
  const lines = Array.from({ length: count - 1 }, () => JSON.stringify(ACT)).join('\n');
  await ask('POST', '/v1/judge', `${lines}\n`, undefined, 'application/x-ndjson');
  await judge(ACT);
};

test('proof: the log goes on from a checkpoint kept elsewhere, or two histories are told', async () => {
  const earlier = checkpointOf(record);
  const size = Number(earlier.split('\n')[1]);
  // The same key, and another history from here on.
  const fork = path.join(folder, 'fork');
  fs.cpSync(record, fork, { recursive: true });
  fs.writeFileSync(path.join(folder, 'other.txt'), 'another entry\n');
  comity('record', 'append', fork, ...Array(3).fill(path.join(folder, 'other.txt')));
  const forked = checkpointOf(fork);
  assert.equal(Number(forked.split('\n')[1]), size + 3);

  const page = await open('#/record');
  assert.match(await compare(page, forked), /Not proved\.[^]*covers more entries than this daemon shows/);
  assert.match(await compare(page, earlier), new RegExp(`its ${size.toLocaleString('en')} entries are the first of`));
  await grow(300);
  const good = await compare(page, earlier);
  assert.match(good, /The log goes on from that checkpoint/);
  assert.match(good, /the one that this daemon names/);
  assert.match(await compare(page, forked), /Two histories were signed/);

  assert.match(await compare(page, earlier.replace(/\n\d+\n/, `\n${size - 1}\n`)), /A signature is false/);
  assert.match(await compare(page, 'nothing'), /not a signed note/);
  const stranger = path.join(folder, 'another');
  const strange = comity('record', 'init', '--origin', 'example.org/another', stranger).trim().replace(/^log /, '');
  assert.match(await compare(page, checkpointOf(stranger)), /No key that you trust[^]*example\.org\/another/);
  await page.getByLabel('Policy or key').fill(`log ${logKey}\nlog ${strange}\nquorum none\n`);
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.match(await compare(page, checkpointOf(stranger)), /another log than the one here/);
  assert.doesNotMatch(await compare(page, earlier), /this daemon names/);

  await page.route('**/v1/record/tile/**', async (route) => {
    const answer = await route.fetch();
    const bytes = await answer.body();
    bytes[0] ^= 1;
    await route.fulfill({ response: answer, body: bytes });
  });
  assert.match(await compare(page, earlier), /do not lead to its own signed root/);
  await page.done();
});

test('proof: what no key that one trusts has signed says who signed it', async () => {
  const stranger = path.join(folder, 'stranger-2');
  const strange = comity('record', 'init', '--origin', 'example.org/stranger', stranger).trim().replace(/^log /, '');
  const page = await open('#/record', {
    before: (one) => one.addInitScript((key) => localStorage.setItem('comity-policy', key), strange),
  });
  await page.waitForSelector('.result .note', WAIT);
  assert.match(
    await text(page, '.result .note'),
    /No key that you trust has signed the checkpoint\.[^]*example\.org\/web/,
  );
  await page.done();
});
