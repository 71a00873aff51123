// Every key exists in every language, with its places and its plurals, and every
// key that is put together at run time is there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import ar from '../src/i18n/ar.json';
import en from '../src/i18n/en.json';
import zh from '../src/i18n/zh.json';
import { directionOf, isLanguage, languageFor, languages, localeFor, type Messages, Words } from '../src/i18n';
import { reasons } from '../src/proof/refused';
import { actKinds, verdicts } from '../src/types';

const all = { en, zh, ar } as unknown as Readonly<Record<string, Messages>>;
const source = path.join(process.env['COMITY_WEB']!, 'src');
const placesOf = (text: string) => [...text.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => name).sort();

test('there is a file for each language, and no other', () => {
  assert.deepEqual(
    fs.readdirSync(path.join(source, 'i18n')).sort(),
    Object.keys(languages)
      .map((one) => `${one}.json`)
      .sort(),
  );
});

for (const [language, messages] of Object.entries(all)) {
  test(`${language} has every key, in the order of English, and no other`, () => {
    assert.deepEqual(Object.keys(messages), Object.keys(en));
  });

  test(`${language} has every plural of its own and every place`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(messages)) {
      const english = (en as unknown as Messages)[key]!;
      assert.equal(typeof message, typeof english, key);
      if (typeof message === 'string') {
        assert.notEqual(message.trim(), '', key);
        assert.deepEqual(placesOf(message), placesOf(english as string), key);
        continue;
      }
      assert.deepEqual(Object.keys(message).sort(), [...forms].sort(), key);
      const wanted = placesOf((english as { other: string }).other);
      assert.deepEqual(placesOf(message.other), wanted, key);
      for (const text of Object.values(message))
        assert.ok(
          placesOf(text!).every((name) => wanted.includes(name)),
          `${language} ${key}: ${text}`,
        );
    }
  });
}

test('what is not English is not left in English', () => {
  for (const [language, script] of [
    ['zh', /\p{Script=Han}/u],
    ['ar', /\p{Script=Arabic}/u],
  ] as const) {
    for (const [key, message] of Object.entries(all[language]!)) {
      const text = typeof message === 'string' ? message : message.other;
      if (key !== 'ledger.of' || language !== 'zh') assert.match(text, script, `${language} ${key}`);
    }
  }
});

test('keys that are put together exist', () => {
  const interview = fs.readFileSync(path.join(source, 'interview.ts'), 'utf8');
  const facts = [
    ...interview.matchAll(
      /'?([a-z_.]+)'?: \['(?:names|places|place|name|number|text|yes-no|channel|owners|received|paper)'/g,
    ),
  ].map(([, fact]) => fact!);
  assert.ok(facts.length > 20);
  const keys = [
    ...facts.map((fact) => (/^(from|to)\./.test(fact) ? `fact.party.${fact.split('.')[1]}` : `fact.${fact}`)),
    ...actKinds.flatMap((kind) => [`act.${kind}`, `party.${kind}.from`, `party.${kind}.to`]),
    ...verdicts.flatMap((verdict) => [`verdict.${verdict}`, `means.${verdict}`]),
    ...reasons.map((reason) => `refused.${reason}`),
    ...['gate', 'counsel', 'authority', 'auditor', 'admin'].map((role) => `role.${role}`),
  ];
  for (const key of keys) assert.ok(Object.hasOwn(en, key), key);
});

test('no key is left over', () => {
  const files = (
    fs.readdirSync(source, { recursive: true } as { recursive: true; encoding: 'utf8' }) as string[]
  ).filter((name) => name.endsWith('.ts'));
  const text = files.map((name) => fs.readFileSync(path.join(source, name), 'utf8')).join('\n');
  const built = [
    'act',
    'party',
    'verdict',
    'means',
    'refused',
    'role',
    'fact',
    'tab',
    'met',
    'held',
    'effect',
    'level',
    'channel',
    'period',
    'filter',
    'theme',
    'problem',
    'witness',
    'window',
    'found',
    'judgements',
    'thresholds',
    'ledger',
  ];
  for (const key of Object.keys(en)) {
    if (!built.includes(key.split('.')[0]!)) assert.ok(text.includes(`'${key}'`), `${key} is used nowhere`);
  }
});

test('plurals, numbers, days and names are those of the language', () => {
  const words = (language: 'en' | 'zh' | 'ar') => new Words(language, all[language]!, 'UTC');
  assert.equal(words('en').t('live.new', { n: 1 }), '1 new judgement');
  assert.equal(words('en').t('live.new', { n: 1200 }), '1,200 new judgements');
  assert.equal(words('zh').t('live.new', { n: 3 }), '3 条新裁判');
  assert.equal(words('ar').t('live.new', { n: 2 }), 'حكمان جديدان');
  assert.match(words('ar').t('live.new', { n: 5 }), /أحكام جديدة$/);
  assert.equal(words('en').day('2026-11-30'), 'Nov 30, 2026');
  assert.equal(words('zh').day('2026-11-30'), '2026年11月30日');
  assert.equal(words('en').day('some day'), 'some day');
  assert.match(words('en').time('2026-11-30T01:02:03Z'), /^Nov 30, 2026, 1:02:03\sAM$/);
  assert.equal(words('zh').region('BR'), '巴西');
  assert.equal(words('ar').region('BR'), 'البرازيل');
  assert.equal(words('en').region('CN-SH-FTZ'), undefined);
  assert.equal(words('en').region('XQ'), undefined);
});

test('dates and numbers are as the reader’s country writes them, by the calendar and in the digits of law', () => {
  const words = (language: 'en' | 'ar', ...wanted: string[]) =>
    new Words(language, all[language]!, 'Europe/Berlin', localeFor(wanted, language));
  assert.equal(words('en', 'fr', 'en-GB').day('2026-11-30'), '30 Nov 2026');
  assert.equal(words('en', 'fr').day('2026-11-30'), 'Nov 30, 2026');
  assert.equal(words('en', 'en-IN').number(1234567), '12,34,567');
  assert.match(words('ar', 'ar-SA').day('2026-11-30'), /2026/);
  assert.match(words('ar', 'ar-EG').number(8500), /8.500/);
  assert.match(words('en', 'en-GB').moment('2026-11-30T01:02:03Z'), /^30 Nov 2026, 02:02:03 (CET|GMT\+1)$/);
  assert.equal(localeFor(['en-'], 'en'), 'en');
});

test('the first of the reader’s languages that there is', () => {
  assert.equal(languageFor(['fr-FR', 'zh-Hant-TW', 'en']), 'zh');
  assert.equal(languageFor(['pt']), 'en');
  assert.equal(languageFor([]), 'en');
  assert.ok(!isLanguage('constructor') && !isLanguage(null));
  assert.equal(directionOf('ar'), 'rtl');
  assert.equal(directionOf('zh'), 'ltr');
});

test('a share is never rounded to what it is not', () => {
  const words = new Words('en', en as unknown as Messages);
  const shares = [0, 0.000001, 0.0008, 0.0099, 0.01, 0.29, 0.85, 0.994, 0.9999, 1, 1.2];
  assert.deepEqual(
    shares.map((share) => words.percent(share)),
    ['0%', '0.01%', '0.08%', '0.99%', '1%', '29%', '85%', '99%', '99%', '100%', '120%'],
  );
});
