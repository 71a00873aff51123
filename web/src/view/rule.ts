// One rule: what it says, since when, from which source, and what needs what: the
// ways that meet it, what lifts it, and the rules whose text names it.
import { getJson } from '../api';
import type { Context, View } from '../context';
import { type Child, h } from '../dom';
import { piecesOf } from '../clauses';
import { card, chip, facts, heading, lawText, loaded, note, ruleLink, stateCode } from '../parts';
import { writePlace } from '../router';
import type { Rule, RuleWhole } from '../types';

const clauses = (rule: RuleWhole, names: ReadonlySet<string>, label: string): HTMLElement =>
  h(
    'pre',
    { class: 'law', dir: 'ltr', lang: 'en', tabindex: '0', role: 'group', 'aria-label': label },
    piecesOf(rule.law, (name) => name !== rule.rule && names.has(name)).map((piece) =>
      piece.rule ? ruleLink(piece.text) : piece.text,
    ),
  );

const links = (
  { words }: Context,
  title: string,
  intro: string,
  rules: readonly string[],
  titles: ReadonlyMap<string, Rule>,
): Child =>
  rules.length > 0 &&
  card(
    title,
    h('p', { class: 'quiet' }, intro),
    h(
      'ul',
      { class: 'rulings tight' },
      rules.map((name) => {
        const rule = titles.get(name);
        const until = rule?.until ?? null;
        return h(
          'li',
          {},
          ruleLink(name),
          ' ',
          lawText(rule?.title ?? ''),
          until !== null && [' ', chip(words.t('until', { day: words.day(until) }))],
        );
      }),
    ),
  );

const dates = ({ words }: Context, rule: Rule): string => {
  const from = rule.from === null ? null : words.t('from', { day: words.day(rule.from) });
  const until = rule.until === null ? null : words.t('until', { day: words.day(rule.until) });
  return [from, until].filter((text) => text !== null).join(' · ') || words.t('always');
};

const whole = (context: Context, rule: RuleWhole, all: readonly Rule[], naming: readonly Rule[]): Child => {
  const { words } = context;
  const titles = new Map(all.map((one) => [one.rule, one]));
  const known = new Set([...rule.ways, ...rule.lifted_by, rule.rule]);
  return [
    card(
      null,
      lawText(rule.title, 'p'),
      facts([
        [words.t('effect'), chip(words.t(`effect.${rule.effect}`))],
        [
          words.t('law-of-whom'),
          h(
            'a',
            { href: writePlace(['law'], new URLSearchParams({ state: rule.state })) },
            stateCode(context, rule.state),
          ),
        ],
        [words.t('cite'), lawText(rule.cite)],
        [words.t('in-force'), dates(context, rule)],
        [
          words.t('source'),
          h(
            'span',
            {},
            rule.checked === null
              ? chip(words.t('unverified'), 'warn')
              : words.t('checked', { day: words.day(rule.checked) }),
            ' ',
            lawText(rule.source),
          ),
        ],
      ]),
    ),
    rule.checked === null && note(words.t('unverified.means'), 'warn'),
    card(words.t('rule.text'), clauses(rule, new Set(titles.keys()), words.t('rule.text'))),
    links(context, words.t('rule.ways'), words.t('rule.ways.intro'), rule.ways, titles),
    links(context, words.t('rule.lifted'), words.t('rule.lifted.intro'), rule.lifted_by, titles),
    links(
      context,
      words.t('rule.naming'),
      words.t('rule.naming.intro'),
      naming.map((one) => one.rule).filter((name) => !known.has(name)),
      titles,
    ),
  ];
};

let everyRule: Promise<readonly Rule[]> | undefined;

export const ruleView: View = (context) => {
  const { words, main, rest, signal } = context;
  const name = rest[0] ?? '';
  everyRule ??= getJson<{ rules: Rule[] }>('/v1/law/rules').then(({ rules }) => rules);
  everyRule.catch(() => {
    everyRule = undefined;
  });
  main.append(
    h('p', { class: 'crumbs' }, h('a', { href: writePlace(['law']) }, words.t('tab.law'))),
    heading(name),
    loaded(
      context,
      () =>
        Promise.all([
          getJson<RuleWhole>(`/v1/law/rules/${encodeURIComponent(name)}`, signal),
          everyRule ?? [],
          getJson<{ rules: Rule[] }>(`/v1/law/rules?${new URLSearchParams({ search: name })}`, signal),
        ]),
      ([rule, all, naming]) => whole(context, rule, all, naming.rules),
    ),
  );
};
