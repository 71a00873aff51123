// The law on file: whose it is, and rules by state, day and words.
import { getJson } from '../api';
import type { Context, View } from '../context';
import { type Child, fill, h } from '../dom';
import {
  card,
  chip,
  code,
  field,
  further,
  heading,
  lawText,
  loaded,
  ruleLink,
  select,
  stateCode,
  table,
} from '../parts';
import { writePlace } from '../router';
import type { Law, Rule } from '../types';

const SHOWN = 100;

interface Asked {
  readonly state: string;
  readonly on: string;
  readonly search: string;
}

const askedOf = (query: URLSearchParams): Asked => ({
  state: query.get('state') ?? '',
  on: /^\d{4}-\d{2}-\d{2}$/.test(query.get('on') ?? '') ? (query.get('on') ?? '') : '',
  search: (query.get('search') ?? '').slice(0, 200),
});

const queryOf = (asked: Asked): URLSearchParams =>
  new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''));

const kinds = [
  ['states', 'law.states'],
  ['unions', 'law.unions'],
  ['agreements', 'law.agreements'],
] as const;

const laws = (context: Context, law: Law): Child =>
  kinds.map(([kind, title]) => {
    const { words, states } = context;
    const files = law.laws.filter((one) => one.rules > 0 && states.kind(one.state) === kind);
    return (
      files.length > 0 && [
        h('h2', { class: 'above' }, words.t(title)),
        h('div', { class: 'card flush' }, lawTable(context, words.t(title), files)),
      ]
    );
  });

const lawTable = (context: Context, caption: string, files: Law['laws']): HTMLElement => {
  const { words, states } = context;
  return table(
    caption,
    [
      {
        head: words.t('law.title'),
        cell: ({ state, title }) => {
          const name = states.name(state);
          const link = h('a', { href: writePlace(['law'], new URLSearchParams({ state })) });
          link.append(name === state ? lawText(title) : h('bdi', {}, name));
          if (states.partOf(state) !== undefined) link.classList.add('part');
          return [link, name === state || name === title ? null : [' ', h('span', { class: 'quiet' }, lawText(title))]];
        },
      },
      { head: words.t('code'), cell: ({ state }) => code(state) },
      { head: words.t('rules'), number: true, cell: (one) => words.number(one.rules) },
    ],
    states.withParts(files.map((one) => ({ ...one, code: one.state }))),
  );
};

const ruleRow = (context: Context, rule: Rule): HTMLElement => {
  const { words } = context;
  return h(
    'li',
    { class: 'ruling' },
    h(
      'div',
      { class: 'line' },
      ruleLink(rule.rule),
      stateCode(context, rule.state),
      chip(words.t(`effect.${rule.effect}`)),
      rule.checked === null && chip(words.t('unverified'), 'warn'),
      rule.until !== null && chip(words.t('until', { day: words.day(rule.until) })),
    ),
    lawText(rule.title, 'p'),
    h('p', { class: 'cite' }, lawText(rule.cite)),
  );
};

const found = (context: Context, rules: readonly Rule[]): HTMLElement => {
  const { words } = context;
  if (rules.length === 0) return h('div', { class: 'card empty' }, h('p', {}, words.t('law.none')));
  const list = h('ul', { class: 'rulings' });
  const add = (from: number, to: number): HTMLElement[] => {
    const rows = rules.slice(from, to).map((rule) => ruleRow(context, rule));
    list.append(...rows);
    return rows;
  };
  add(0, SHOWN);
  const more = further(words.t('more'), { shown: SHOWN, total: rules.length, step: SHOWN }, add);
  return card(words.t('law.found', { n: rules.length }), list, more);
};

const form = (context: Context, asked: Asked, law: Law): HTMLElement => {
  const { words, states } = context;
  const places = states.sorted(
    law.laws.filter((one) => one.rules > 0).map((one) => ({ code: one.state, title: one.title })),
  );
  const state = select(
    [
      ['', words.t('any')],
      ...places.map(
        ({ code: name, title }) =>
          [name, states.name(name) === name ? `${title} (${name})` : `${states.name(name)} (${name})`] as const,
      ),
    ],
    asked.state,
  );
  const on = h('input', { type: 'date', value: asked.on });
  const search = h('input', { type: 'search', value: asked.search, maxlength: 200, autocomplete: 'off' });
  const go = (event?: Event): void => {
    event?.preventDefault();
    location.hash = writePlace(['law'], queryOf({ state: state.value, on: on.value, search: search.value.trim() }));
  };
  state.addEventListener('change', () => go());
  return h(
    'form',
    { class: 'card', role: 'search', 'aria-label': words.t('law.search'), submit: go },
    h(
      'div',
      { class: 'fields' },
      field(words.t('law.words'), search),
      field(words.t('law.whose'), state),
      field(words.t('law.on'), on),
    ),
    h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'primary' }, words.t('law.search'))),
  );
};

export const lawView: View = (context) => {
  const { words, main, signal } = context;
  let asked = askedOf(context.query);
  const results = h('div', { class: 'loaded' });
  main.append(
    heading(words.t('tab.law')),
    h('p', { class: 'lead' }, words.t('law.lead')),
    loaded(
      context,
      () => getJson<Law>('/v1/law', signal),
      (law) => {
        const draw = (): void => {
          const query = queryOf(asked);
          fill(
            results,
            query.size === 0
              ? laws(context, law)
              : loaded(
                  context,
                  () => getJson<{ rules: Rule[] }>(`/v1/law/rules?${query}`, signal),
                  ({ rules }) => {
                    context.announce(words.t('law.found', { n: rules.length }));
                    return found(context, rules);
                  },
                ),
          );
        };
        redraw = draw;
        draw();
        return [
          form(context, asked, law),
          results,
          h('p', { class: 'quiet small hash' }, words.t('image'), ' ', code(law.law)),
        ];
      },
    ),
  );
  let redraw: (() => void) | undefined;
  return (query) => {
    asked = askedOf(query);
    const [search, on] = [...main.querySelectorAll('input')];
    const state = main.querySelector('select');
    if (search !== undefined) search.value = asked.search;
    if (on !== undefined) on.value = asked.on;
    if (state !== null) state.value = asked.state;
    redraw?.();
  };
};
