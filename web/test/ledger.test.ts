// Thresholds: a count that many rules look at is told once.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Threshold } from '../src/types';
import { grouped } from '../src/view/ledger';

const one = (rule: string, more: Partial<Threshold> = {}): Threshold => ({
  rule,
  state: 'XA',
  count: 'XA.year',
  window: 'year',
  exporter: 'One',
  at: 100,
  now: 85,
  share: 0.85,
  level: 'near',
  ...more,
});

test('the same count against the same number is one, with all rules', () => {
  const groups = grouped([one('XA.1'), one('XA.2'), one('XA.1')]);
  assert.deepEqual(
    groups.map(({ rules }) => rules),
    [['XA.1', 'XA.2']],
  );
});

test('what differs in anything else is another, and what is reached comes first', () => {
  const groups = grouped([
    one('XA.1'),
    one('XA.1', { exporter: 'Two', now: 10, share: 0.1, level: 'below' }),
    one('XA.3', { at: 50, share: 1.7, level: 'over' }),
    one('XA.4', { importer: 'Three' }),
    one('XA.5', { category: 'health' }),
    one('XA.6', { window: '12-months' }),
  ]);
  assert.equal(groups.length, 6);
  assert.deepEqual(groups[0]?.rules, ['XA.3']);
  assert.deepEqual(groups[5]?.rules, ['XA.1']);
  assert.equal(groups[5]?.threshold.exporter, 'Two');
});
