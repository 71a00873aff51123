// Where data goes, and with what verdict: figures, a map, and the same as a table.
import { getJson } from '../api';
import type { Context, View } from '../context';
import { type Child, fill, h, svg } from '../dom';
import { writeFilters } from '../filters';
import { ARCS_MAX, drawMap, lineCount, type World } from '../map';
import { badge, card, type Column, field, furtherRows, heading, loaded, note, select, table } from '../parts';
import { route } from '../route';
import { writePlace } from '../router';
import { type Flow, type Flows, type Verdict, verdicts } from '../types';

const periods = ['1', '7', '30', '365', 'all'] as const;
type Period = (typeof periods)[number];
const DAY_MS = 24 * 3600 * 1000;
const SHOWN = 50;

const periodOf = (query: URLSearchParams): Period => periods.find((period) => period === query.get('days')) ?? '30';

const dayBefore = (period: Period): string | undefined => {
  if (period === 'all') return undefined;
  const day = new Date(Date.now() - Number(period) * DAY_MS);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
};

const path = (period: Period): string =>
  period === 'all'
    ? '/v1/flows'
    : `/v1/flows?since=${new Date(Date.now() - Number(period) * DAY_MS).toISOString().replace(/\.\d+Z$/, 'Z')}`;

const totalOf = (flow: Flow): number => verdicts.reduce((sum, verdict) => sum + flow[verdict], 0);

const judgementsAt = (period: Period, verdict: Verdict | undefined, flow?: Flow): string => {
  const since = dayBefore(period);
  return writePlace(
    ['judgements'],
    writeFilters({
      verdicts: verdict === undefined ? [] : [verdict],
      ...(typeof flow?.from === 'string' ? { from: flow.from } : {}),
      ...(typeof flow?.to === 'string' ? { to: flow.to } : {}),
      ...(since === undefined ? {} : { since }),
    }),
  );
};

const tiles = ({ words }: Context, flows: readonly Flow[], period: Period): HTMLElement => {
  const all = flows.reduce((sum, flow) => sum + totalOf(flow), 0);
  return h(
    'ul',
    { class: 'tiles' },
    h(
      'li',
      { class: 'tile' },
      h(
        'a',
        { href: judgementsAt(period, undefined) },
        h('span', { class: 'tile-name' }, words.t('flows.all')),
        h('span', { class: 'figure' }, words.number(all)),
      ),
    ),
    verdicts.map((verdict) => {
      const count = flows.reduce((sum, flow) => sum + flow[verdict], 0);
      return h(
        'li',
        { class: `tile ${verdict}` },
        h(
          'a',
          { href: judgementsAt(period, verdict) },
          badge(words, verdict),
          h('span', { class: 'figure' }, words.number(count)),
          h('span', { class: 'quiet' }, words.percent(all === 0 ? 0 : count / all)),
        ),
      );
    }),
  );
};

const share = (flow: Flow): SVGSVGElement => {
  const total = totalOf(flow);
  let at = 0;
  return svg(
    'svg',
    { class: 'share', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    verdicts.map((verdict) => {
      const width = total === 0 ? 0 : (flow[verdict] / total) * 100;
      const part = svg('rect', { class: verdict, x: at, y: 0, width, height: 8 });
      at += width;
      return part;
    }),
  );
};

const flowTable = (context: Context, flows: readonly Flow[], period: Period): Child => {
  const { words } = context;
  const counts = verdicts.map((verdict) => ({
    head: words.t(`verdict.${verdict}`),
    number: true,
    cell: (flow: Flow) =>
      flow[verdict] === 0
        ? h('span', { class: 'quiet' }, words.number(0))
        : h('a', { href: judgementsAt(period, verdict, flow) }, words.number(flow[verdict])),
  }));
  const columns: readonly Column<Flow>[] = [
    { head: words.t('route'), cell: (flow) => route(context, flow.from, flow.to) },
    ...counts,
    {
      head: words.t('flows.all'),
      number: true,
      cell: (flow) => h('a', { href: judgementsAt(period, undefined, flow) }, words.number(totalOf(flow))),
    },
    { head: words.t('flows.share'), cell: share },
  ];
  const sorted = [...flows].sort((a, b) => totalOf(b) - totalOf(a));
  const whole = table(words.t('flows.table'), columns, sorted.slice(0, SHOWN));
  const rest = words.t('flows.rest', { n: sorted.length - SHOWN });
  return [h('div', { class: 'card flush' }, whole), furtherRows(rest, whole, columns, sorted, sorted.length)];
};

const legend = ({ words }: Context): HTMLElement =>
  h(
    'ul',
    { class: 'legend' },
    verdicts.map((verdict) =>
      h(
        'li',
        {},
        svg(
          'svg',
          { viewBox: '0 0 34 8', class: 'key', 'aria-hidden': 'true' },
          svg('path', { class: `arc ${verdict}`, d: 'M1 4H33', 'stroke-width': 2.5 }),
        ),
        badge(words, verdict),
      ),
    ),
  );

export const flowsView: View = (context) => {
  const { words, main, query, signal, me } = context;
  const period = periodOf(query);
  const choice = select(
    periods.map((one) => [one, words.t(`period.${one}`)] as const),
    period,
    () => {
      location.hash = writePlace(['flows'], new URLSearchParams({ days: choice.value }));
    },
  );
  main.append(
    heading(words.t('tab.flows'), h('div', { class: 'tools' }, field(words.t('period'), choice))),
    h('p', { class: 'lead' }, words.t('flows.lead')),
  );
  if (!me.record) {
    main.append(note(words.t('no-record')));
    return undefined;
  }
  let shown = period;
  const draw = (): HTMLElement =>
    loaded(
      context,
      () => Promise.all([getJson<Flows>(path(shown), signal), getJson<World>('/world.json', signal)]),
      ([{ flows, complete }, world]) => {
        if (flows.length === 0)
          return h(
            'div',
            { class: 'card empty' },
            h('p', {}, words.t('flows.none')),
            h('p', { class: 'quiet' }, words.t('judgements.none.hint')),
          );
        // for the eye: who listens is told by the line itself
        const said = h('p', { class: 'map-said', 'aria-hidden': 'true' }, words.t('map.hint'));
        const open = (flow: Flow, verdict: Verdict): void => {
          location.hash = judgementsAt(shown, verdict, flow);
        };
        return [
          tiles(context, flows, shown),
          complete === false && note(words.t('flows.cut'), 'warn'),
          card(
            words.t('map'),
            h(
              'div',
              { class: 'map-box' },
              drawMap(context, world, flows, open, (text) => fill(said, text)),
            ),
            said,
            legend(context),
            lineCount(flows) > ARCS_MAX &&
              h('p', { class: 'quiet small' }, words.t('map.largest', { n: ARCS_MAX, all: lineCount(flows) })),
            h('p', { class: 'quiet small' }, words.t('map.borders')),
          ),
          flowTable(context, flows, shown),
        ];
      },
    );
  let all = draw();
  main.append(all);
  return (next) => {
    shown = periodOf(next);
    choice.value = shown;
    const fresh = draw();
    all.replaceWith(fresh);
    all = fresh;
  };
};
