// Filters: through the address and back, and never what a stranger put there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { askFilters, isFiltered, readFilters, writeFilters } from '../src/filters';

const read = (text: string) => readFilters(new URLSearchParams(text));

test('what is written is read again, in one order', () => {
  const filters = read('to=US&verdict=refuse&verdict=permit&act=transfer&rule=EU.GDPR.44&since=2026-11-01&from=DE');
  assert.deepEqual(filters, {
    verdicts: ['permit', 'refuse'],
    act: 'transfer',
    from: 'DE',
    to: 'US',
    rule: 'EU.GDPR.44',
    since: '2026-11-01',
  });
  const text = writeFilters(filters).toString();
  assert.equal(text, 'verdict=permit&verdict=refuse&act=transfer&from=DE&to=US&rule=EU.GDPR.44&since=2026-11-01');
  assert.deepEqual(read(text), filters);
  assert.ok(isFiltered(filters));
});

test('what is no filter is passed over', () => {
  assert.deepEqual(read(`verdict=maybe&act=fly&from=%20&since=2026-02-30&until=tomorrow&x=y&rule=${'r'.repeat(201)}`), {
    verdicts: [],
  });
  assert.ok(!isFiltered(read('verdict=maybe')));
});

test('days become moments: from the first of one to the last of the other', () => {
  const query = askFilters(read('since=2026-11-01&until=2026-11-01'));
  const since = new Date(query.get('since')!);
  const until = new Date(query.get('until')!);
  assert.match(query.get('since')!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(since.getHours(), 0);
  assert.equal(until.valueOf() - since.valueOf(), 24 * 3600 * 1000);
});
