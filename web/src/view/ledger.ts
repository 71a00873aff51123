// Counts of persons whose data left, against the thresholds of law, with a warning
// before one is reached.
import { getJson } from '../api';
import type { Context, View } from '../context';
import { type Child, h, svg } from '../dom';
import {
  card,
  chip,
  code,
  type Column,
  field,
  further,
  furtherRows,
  heading,
  lawText,
  loaded,
  note,
  ruleLink,
  select,
  stateCode,
  table,
} from '../parts';
import { route } from '../route';
import { writePlace } from '../router';
import type { Ledger, Threshold } from '../types';

/** At first, and more with each press: a page that is read to its end, and drawn at once. */
const SHOWN = 50;

const levels = ['over', 'near', 'below'] as const;

const yearOf = (query: URLSearchParams): string =>
  /^\d{4}$/.test(query.get('year') ?? '') ? (query.get('year') ?? '') : String(new Date().getFullYear());

/** One count against one number, and the rules that set it: many may. */
export interface Group {
  readonly threshold: Threshold;
  readonly rules: readonly string[];
}

/** What reaches its number first comes first. */
export const grouped = (thresholds: readonly Threshold[]): Group[] => {
  const groups = new Map<string, { threshold: Threshold; rules: string[] }>();
  for (const threshold of thresholds) {
    const { exporter, importer, state, count, category, window, at, now } = threshold;
    const key = JSON.stringify([exporter, importer ?? '', state, count, category ?? '', window, at, now]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { threshold, rules: [threshold.rule] });
    else if (!group.rules.includes(threshold.rule)) group.rules.push(threshold.rule);
  }
  return [...groups.values()].sort(
    (a, b) =>
      levels.indexOf(a.threshold.level) - levels.indexOf(b.threshold.level) || b.threshold.share - a.threshold.share,
  );
};

const meter = ({ words }: Context, threshold: Threshold): Child => {
  const width = Math.min(100, Math.max(0, threshold.share * 100));
  return h(
    'div',
    {
      class: `meter ${threshold.level}`,
      role: 'meter',
      'aria-valuemin': 0,
      'aria-valuemax': threshold.at,
      'aria-valuenow': Math.min(threshold.now, threshold.at),
      'aria-valuetext': words.t('ledger.of', { now: threshold.now, at: threshold.at }),
      'aria-label': `${threshold.exporter}: ${threshold.label ?? threshold.count}`,
    },
    svg(
      'svg',
      { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { class: 'track', width: 100, height: 8 }),
      svg('rect', { class: 'fill', width, height: 8 }),
      svg('path', { class: 'warn-at', d: 'M80 0V8' }),
    ),
  );
};

const level = ({ words }: Context, threshold: Threshold): HTMLElement =>
  chip(words.t(`level.${threshold.level}`), { below: 'good', near: 'warn', over: 'bad' }[threshold.level]);

const thresholdItem = (context: Context, { threshold, rules }: Group): HTMLElement => {
  const { words } = context;
  return h(
    'li',
    { class: `threshold ${threshold.level}` },
    h(
      'div',
      { class: 'line' },
      level(context, threshold),
      h('bdi', { class: 'who' }, threshold.exporter),
      threshold.importer !== undefined &&
        threshold.importer !== '' &&
        h('span', { class: 'quiet' }, words.t('to'), ' ', h('bdi', {}, threshold.importer)),
      stateCode(context, threshold.state),
    ),
    h(
      'div',
      { class: 'meter-line' },
      meter(context, threshold),
      h(
        'span',
        { class: 'meter-words' },
        words.t('ledger.of', { now: threshold.now, at: threshold.at }),
        ' · ',
        words.percent(threshold.share),
      ),
    ),
    h(
      'p',
      { class: 'quiet small' },
      threshold.label !== undefined && [lawText(threshold.label), ' · '],
      code(threshold.count),
      ' · ',
      typeof threshold.category === 'string' && [code(threshold.category), ' · '],
      windowOf(context, threshold),
    ),
    h(
      'p',
      { class: 'inline small' },
      h('span', { class: 'quiet' }, words.t('rules')),
      rules.map((rule) => [ruleLink(rule), ' ']),
    ),
  );
};

const windowOf = ({ words }: Context, { window }: Threshold): string =>
  window === 'year' ? words.t('window.year') : words.t('window.months', { n: Number.parseInt(window, 10) || 12 });

const thresholds = (context: Context, ledger: Ledger): Child => {
  const { words } = context;
  if (ledger.thresholds.length === 0) return card(words.t('thresholds'), h('p', {}, words.t('thresholds.none')));
  const sorted = grouped(ledger.thresholds);
  const list = h('ul', { class: 'thresholds' });
  const add = (from: number, to: number): HTMLElement[] => {
    const items = sorted.slice(from, to).map((one) => thresholdItem(context, one));
    list.append(...items);
    return items;
  };
  add(0, SHOWN);
  const count = (wanted: Threshold['level']) => sorted.filter(({ threshold }) => threshold.level === wanted).length;
  return [
    count('over') > 0 && note(words.t('thresholds.over', { n: count('over') }), 'bad'),
    count('near') > 0 && note(words.t('thresholds.near', { n: count('near') }), 'warn'),
    card(
      words.t('thresholds'),
      h('p', { class: 'quiet' }, words.t('thresholds.intro')),
      list,
      further(words.t('more'), { shown: SHOWN, total: sorted.length, step: SHOWN }, add),
    ),
  ];
};

const rows = (context: Context, ledger: Ledger): Child => {
  const { words } = context;
  if (ledger.rows.length === 0)
    return h(
      'div',
      { class: 'card empty' },
      h('p', {}, words.t('ledger.none')),
      h('p', { class: 'quiet' }, words.t('ledger.none.hint')),
    );
  const columns: readonly Column<Ledger['rows'][number]>[] = [
    { head: words.t('exporter'), cell: (row) => h('bdi', {}, row.exporter) },
    { head: words.t('route'), cell: (row) => route(context, row.origin, row.destination) },
    { head: words.t('category'), cell: (row) => code(row.category) },
    { head: words.t('year'), number: true, cell: (row) => String(row.year) },
    { head: words.t('ledger.persons'), number: true, cell: (row) => words.number(row.persons) },
    { head: words.t('ledger.months'), number: true, cell: (row) => words.number(row.persons_12_months) },
  ];
  const whole = table(words.t('ledger.table'), columns, ledger.rows.slice(0, SHOWN));
  return [h('div', { class: 'card flush' }, whole), furtherRows(words.t('more'), whole, columns, ledger.rows, SHOWN)];
};

interface Asked {
  readonly exporter: string;
  readonly year: string;
}

const askedOf = (query: URLSearchParams): Asked => ({
  exporter: (query.get('exporter') ?? '').slice(0, 200),
  year: yearOf(query),
});

/** Stays while what it asks for changes below it, and the focus in it. */
const form = ({
  words,
}: Context): { element: HTMLElement; show: (asked: Asked, exporters: readonly string[]) => void } => {
  const go = (): void => {
    const query = new URLSearchParams(
      Object.entries({ exporter: who.value, year: when.value }).filter(([, value]) => value !== ''),
    );
    location.hash = writePlace(['ledger'], query);
  };
  const who = select([['', words.t('any')]], '', go);
  const when = select([], '', go);
  const offer = (choice: HTMLSelectElement, options: readonly (readonly [string, string])[], value: string): void => {
    choice.replaceChildren(...options.map(([key, text]) => h('option', { value: key }, text)));
    choice.value = value;
  };
  return {
    element: h(
      'form',
      { class: 'card', 'aria-label': words.t('filters'), submit: (event) => event.preventDefault() },
      h('div', { class: 'fields' }, field(words.t('exporter'), who), field(words.t('year'), when)),
    ),
    show: ({ exporter, year }, exporters) => {
      const now = new Date().getFullYear();
      const years = [...new Set([year, ...[0, 1, 2, 3].map((back) => String(now - back))])].sort().reverse();
      const names = [...new Set([...exporters, ...(exporter === '' ? [] : [exporter])])];
      offer(who, [['', words.t('any')], ...names.map((name) => [name, name] as const)], exporter);
      offer(
        when,
        years.map((one) => [one, one] as const),
        year,
      );
    },
  };
};

export const ledgerView: View = (context) => {
  const { words, main, signal, me } = context;
  main.append(heading(words.t('tab.ledger')), h('p', { class: 'lead' }, words.t('ledger.lead')));
  if (!me.ledger) {
    main.append(note(words.t('no-ledger')));
    return undefined;
  }
  const filters = form(context);
  let exporters: readonly string[] = [];
  const draw = (asked: Asked): HTMLElement => {
    const query = new URLSearchParams({
      year: asked.year,
      ...(asked.exporter === '' ? {} : { exporter: asked.exporter }),
    });
    filters.show(asked, exporters);
    return loaded(
      context,
      () => getJson<Ledger>(`/v1/ledger?${query}`, signal),
      (ledger) => {
        exporters = [...new Set([...exporters, ...ledger.exporters])].sort();
        filters.show(asked, exporters);
        return [thresholds(context, ledger), rows(context, ledger)];
      },
    );
  };
  let all = draw(askedOf(context.query));
  main.append(filters.element, all);
  return (query) => {
    const fresh = draw(askedOf(query));
    all.replaceWith(fresh);
    all = fresh;
  };
};
