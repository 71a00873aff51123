// The interview: answers become the act that was meant.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  factOf,
  factsOf,
  formOf,
  itemsOf,
  listOf,
  namesAsked,
  nextFact,
  paperOf,
  treeOf,
  withFact,
  withHeld,
} from '../src/interview';
import type { Vocabulary } from '../src/types';

const names = [
  { name: 'authority', label: 'a public authority' },
  { name: 'court', label: 'a court' },
  { name: 'court-of-audit', label: 'a court of audit' },
  { name: 'police', label: 'a police or prosecution authority' },
];
const questions = [
  { fact: 'data.mystery', ask: '?', rules: [] },
  { fact: 'from.kinds', ask: 'Is the exporter a public authority?', rules: [] },
  { fact: 'purposes', ask: 'Do the purposes include research?', rules: [] },
  { fact: 'from.kinds', ask: 'Is the exporter a court of audit?', rules: [] },
];

test('the next fact is the first that can be answered and was not passed over', () => {
  assert.equal(nextFact(questions, new Set()), 'from.kinds');
  assert.equal(nextFact(questions, new Set(['from.kinds'])), 'purposes');
  assert.equal(nextFact(questions, new Set(['from.kinds', 'purposes'])), undefined);
  assert.equal(formOf('counts.CN.year.sensitive'), 'number');
});

test('names are found by their words, the longest that fits', () => {
  assert.deepEqual(namesAsked('from.kinds', questions, names), ['authority', 'court-of-audit']);
});

test('facts are put into the act, and taken out again', () => {
  const act = { act: 'transfer', from: 'DE', to: { state: 'BR' } };
  const more = withFact(act, 'from.kinds', ['company']);
  assert.deepEqual(more, { act: 'transfer', from: { state: 'DE', kinds: ['company'] }, to: { state: 'BR' } });
  assert.deepEqual(act, { act: 'transfer', from: 'DE', to: { state: 'BR' } });
  assert.deepEqual(factOf(more, 'from.kinds'), ['company']);
  assert.equal(factOf(act, 'from.state'), 'DE');
  assert.deepEqual(withFact(act, 'counts.CN.year.sensitive', 10000)['counts'], { 'CN.year.sensitive': 10000 });
  assert.deepEqual(withFact(withFact(act, 'data.people', 5), 'data.people', undefined), act);
  assert.deepEqual(withFact({ act: 'store', purposes: [] }, 'purposes', undefined), { act: 'store' });
  assert.deepEqual(factsOf(more), [
    ['act', 'transfer'],
    ['from.state', 'DE'],
    ['from.kinds', ['company']],
    ['to.state', 'BR'],
  ]);
});

test('lists are complete or open', () => {
  assert.deepEqual(listOf([], true), []);
  assert.deepEqual(listOf(['a'], false), ['a', '...']);
  assert.equal(listOf([], false), undefined);
  assert.deepEqual(itemsOf(['a', '...']), ['a']);
  assert.deepEqual(itemsOf('a'), ['a']);
});

test('what a way asks for becomes a paper or a safeguard', () => {
  assert.deepEqual(paperOf('authority-permission under CN by CN.CAC result passed'), {
    kind: 'authority-permission',
    under: 'CN',
    by: 'CN.CAC',
    result: 'passed',
  });
  assert.deepEqual(paperOf('determination under EU about EU.LED.35.1.a result necessary'), {
    kind: 'determination',
    under: 'EU',
    ref: 'EU.LED.35.1.a',
    result: 'necessary',
  });
  const kept = { data: { location: ['LA', 'AE-?', '...'] }, from: 'CN', to: { state: 'SG' }, via: 'FR' };
  const permission =
    'authority-permission under law of location outside state of demander older than 10 working days result passed';
  assert.deepEqual(paperOf(permission, kept), { kind: 'authority-permission', under: ['LA', 'AE'], result: 'passed' });
  assert.deepEqual(paperOf(permission), { kind: 'authority-permission', result: 'passed' });
  assert.deepEqual(paperOf('consent under law of importer at least 2 years old', kept), {
    kind: 'consent',
    under: 'SG',
  });
  assert.deepEqual(paperOf('consent under law of holder', kept), { kind: 'consent', under: 'CN' });
  assert.deepEqual(paperOf('consent under law of transit', kept), { kind: 'consent', under: 'FR' });
  const vocabulary = { safeguards: [{ name: 'pseudonymised', label: '' }] } as unknown as Vocabulary;
  const once = withHeld({ act: 'transfer' }, 'standard-contract under EU', vocabulary);
  assert.deepEqual(once, { act: 'transfer', papers: [{ kind: 'standard-contract', under: 'EU' }] });
  assert.deepEqual(withHeld(once, 'standard-contract under EU', vocabulary), once);
  assert.deepEqual(withHeld({}, 'pseudonymised', vocabulary), { safeguards: ['pseudonymised'] });
});

test('names stand below their parents, those with most below them first', () => {
  const tree = treeOf([
    { name: 'important', label: '' },
    { name: 'email', label: '', parents: ['contact'] },
    { name: 'contact', label: '', parents: ['personal'] },
    { name: 'personal', label: '', parents: [] },
  ]);
  assert.deepEqual(
    tree.map(({ name, depth }) => `${depth} ${name.name}`),
    ['0 personal', '1 contact', '2 email', '0 important'],
  );
});
