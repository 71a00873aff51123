// Flows on a map of the world: an arc for each pair of states and verdict, with
// colour, dashes and width. The map is for the eye; the same stands in a table.
import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Context } from './context';
import { svg } from './dom';
import { type Flow, type Verdict, verdicts } from './types';

export interface World {
  readonly shapes: Topology<{ states: GeometryCollection }>;
  readonly middles: Readonly<Record<string, [number, number]>>;
}

const WIDTH = 960;
const HEIGHT = 470;

type Point = readonly [number, number];

/** A part is where its state is. */
export const stateOf = (place: string): string => place.split('-')[0] ?? place;

/** From 1.25 for one to 6 for very many. */
export const widthOf = (count: number): number => Math.min(6, 1.25 + Math.log10(Math.max(1, count)) * 1.15);

/** An arc that leaves to its left, so that the way back is another line; each verdict bends otherwise. */
export const arcOf = (from: Point, to: Point, bend: number): string => {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const middle: Point = [(from[0] + to[0]) / 2 + dy * bend, (from[1] + to[1]) / 2 - dx * bend];
  return `M${place(from)}Q${place(middle)} ${place(to)}`;
};

/** What stays in one state: a small loop above it. */
export const loopOf = (at: Point, size: number): string =>
  `M${place(at)}C${place([at[0] - size, at[1] - size * 1.6])} ${place([at[0] + size, at[1] - size * 1.6])} ${place(at)}`;

const place = ([x, y]: Point): string => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;

const bends: Readonly<Record<Verdict, number>> = { permit: 0.12, conditional: 0.18, undetermined: 0.24, refuse: 0.3 };

const arrow = (verdict: Verdict): SVGElement =>
  svg(
    'marker',
    {
      id: `arrow-${verdict}`,
      viewBox: '0 0 8 8',
      refX: 11,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    },
    svg('path', { class: `arrow-head ${verdict}`, d: 'M0 0.5 8 4 0 7.5Z' }),
  );

type Placed = Flow & { readonly from: string; readonly to: string };

const isPlaced = (flow: Flow): flow is Placed => flow.from !== null && flow.to !== null;

export const drawMap = (
  context: Context,
  world: World,
  all: readonly Flow[],
  open: (flow: Flow, verdict: Verdict) => void,
): SVGSVGElement => {
  const flows = all.filter(isPlaced); // what is not known where stands in the table
  const { words, states } = context;
  const shapes = feature(world.shapes, world.shapes.objects.states);
  const projection = geoEqualEarth().fitExtent(
    [
      [4, 4],
      [WIDTH - 4, HEIGHT - 4],
    ],
    { type: 'Sphere' },
  );
  const path = geoPath(projection);
  const at = (code: string): Point | null => {
    const middle = world.middles[stateOf(code)];
    return middle === undefined ? null : projection(middle);
  };
  const touched = new Map<string, number>();
  for (const flow of flows) {
    const count = verdicts.reduce((sum, verdict) => sum + flow[verdict], 0);
    for (const code of new Set([stateOf(flow.from), stateOf(flow.to)]))
      touched.set(code, (touched.get(code) ?? 0) + count);
  }
  const land = shapes.features.map((shape) =>
    svg('path', { class: touched.has(String(shape.id)) ? 'land touched' : 'land', d: path(shape) ?? '' }),
  );
  const arcs = verdicts.flatMap((verdict) =>
    flows
      .filter((flow) => flow[verdict] > 0)
      .map((flow) => {
        const [from, to] = [at(flow.from), at(flow.to)];
        if (from === null || to === null) return null;
        const same = stateOf(flow.from) === stateOf(flow.to);
        return svg(
          'path',
          {
            class: `arc ${verdict}`,
            d: same ? loopOf(from, 14 + bends[verdict] * 30) : arcOf(from, to, bends[verdict]),
            'stroke-width': widthOf(flow[verdict]),
            'marker-end': same ? undefined : `url(#arrow-${verdict})`,
            click: () => open(flow, verdict),
          },
          svg(
            'title',
            {},
            words.t('flow.title', {
              from: states.name(flow.from),
              to: states.name(flow.to),
              verdict: words.t(`verdict.${verdict}`),
              n: flow[verdict],
            }),
          ),
        );
      }),
  );
  const nodes = [...touched]
    .sort((a, b) => b[1] - a[1])
    .map(([code, count], i) => {
      const point = at(code);
      if (point === null) return null;
      return svg(
        'g',
        { class: 'node' },
        svg('title', {}, `${states.name(code)}: ${words.number(count)}`),
        svg('circle', { cx: point[0], cy: point[1], r: 2.5 + widthOf(count) * 0.6 }),
        i < 14 && svg('text', { x: point[0], y: point[1] + 15 }, code),
      );
    });
  return svg(
    'svg',
    {
      class: 'map',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': words.t('map.label'),
      direction: 'ltr',
    },
    svg('defs', {}, verdicts.map(arrow)),
    svg('path', { class: 'sphere', d: path({ type: 'Sphere' }) ?? '' }),
    svg('g', {}, land),
    svg('g', {}, arcs),
    svg('g', {}, nodes),
  );
};
