// Logs by the year: names of entries, where lists go on, and the daemon's own word for keys.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cursorOf, entryName, entryPlace, inLog, isLater, isLog, ownPolicy } from '../src/logs';
import { readPolicy } from '../src/proof/policy';
import { signer } from './helper';

test('an entry is named by its number, or by its year and number', () => {
  assert.equal(entryName(null, 17), '17');
  assert.equal(entryName('2026', 17), '2026/17');
  assert.equal(entryPlace(null, 17), '#/judgements/17');
  assert.equal(entryPlace('2026', 17), '#/judgements/2026/17');
  assert.equal(inLog('/v1/record', null), '/v1/record');
  assert.equal(inLog('/v1/record', '2026'), '/v1/record?log=2026');
  assert.deepEqual(
    ['2026', '226', '2026&x=y', '../1', ''].map((text) => isLog(text)),
    [true, false, false, false, false],
  );
});

test('a list goes on behind an entry, or in the log before, or nowhere', () => {
  const page = { judgements: [], scanned: 5 };
  assert.deepEqual(cursorOf({ ...page, next: 17, log: '2026', earlier: null }), { log: '2026', before: 17 });
  assert.deepEqual(cursorOf({ ...page, next: null, log: '2026', earlier: '2025' }), { log: '2025', before: null });
  assert.equal(cursorOf({ ...page, next: null, log: null, earlier: null }), null);
  assert.deepEqual(cursorOf({ ...page, next: 0 }), { log: null, before: 0 });
});

test('entries come in the order of their years, and of their numbers', () => {
  assert.ok(isLater('9', '10') && !isLater('10', '9') && !isLater('9', '9'));
  assert.ok(isLater('2026/9', '2026/10') && isLater('2026/9', '2027/0'));
  assert.ok(!isLater('2027/0', '2026/9') && !isLater('2026/9', '2026/9'));
});

test('what the daemon says of its keys is a policy: those that sign and those that did', async () => {
  const [one, two, three] = [1, 2, 3].map(() => signer('example.org/log', 1).vkey);
  const policy = await readPolicy(ownPolicy({ keys: [one!, two!], past_keys: [three!] }));
  assert.equal(policy.logs.length, 3);
});
