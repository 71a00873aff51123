// Flows on a map of the world: an arc for each pair of states and verdict, with
// colour, dashes and width. By keyboard one goes from arc to arc as through a list; the
// same stands in a table.
import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Context } from './context';
import { svg } from './dom';
import { directionOf } from './i18n';
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

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'middle' | 'start' | 'end';
  /** Hangs below its point, or stands above it. */
  readonly below: boolean;
  /** There is room for it in letters twice as large, as a phone needs them. */
  readonly roomy: boolean;
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

const meets = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** Where names stand beside their points, the first of them first: below, above, right or left of them, and never
 *  on each other; null where there is no room. */
export const labelsOf = (points: readonly Point[], names: readonly string[]): (Label | null)[] => {
  const dots = points.map(([x, y]): Box => [x - 4, y - 4, x + 4, y + 4]);
  const placed: Box[] = [];
  const large: Box[] = [];
  return points.map(([x, y], i) => {
    const width = 8 * (names[i]?.length ?? 0) + 2;
    const sides: readonly (readonly [Omit<Label, 'roomy'>, Box])[] = [
      [{ x, y: y + 6, anchor: 'middle', below: true }, [x - width / 2, y + 4, x + width / 2, y + 17]],
      [{ x, y: y - 7, anchor: 'middle', below: false }, [x - width / 2, y - 18, x + width / 2, y - 4]],
      [{ x: x + 7, y: y + 4, anchor: 'start', below: false }, [x + 5, y - 6, x + 7 + width, y + 6]],
      [{ x: x - 7, y: y + 4, anchor: 'end', below: false }, [x - 7 - width, y - 6, x - 5, y + 6]],
    ];
    const free = ([, box]: readonly [unknown, Box]): boolean =>
      !placed.some((other) => meets(box, other)) && !dots.some((dot, j) => j !== i && meets(box, dot));
    const side = sides.find(free);
    if (side === undefined) return null;
    placed.push(side[1]);
    const wide: Box = [x - width, y - 4, x + width, y + 32];
    const roomy = side[0].below && !large.some((other) => meets(wide, other));
    if (roomy) large.push(wide);
    return { ...side[0], roomy };
  });
};

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

/** More lines than these are a thicket that nobody can read. */
export const ARCS_MAX = 60;

/** What is drawn: the lines with the largest counts. */
export const largestOf = <T extends { readonly count: number }>(lines: readonly T[]): T[] =>
  [...lines].sort((a, b) => b.count - a.count).slice(0, ARCS_MAX);

const isPlaced = (flow: Flow): flow is Placed => flow.from !== null && flow.to !== null;

const placedOf = (flows: readonly Flow[]): Placed[] => flows.filter(isPlaced); // what is not known where stands in the table

const allLinesOf = (flows: readonly Placed[]) =>
  flows.flatMap((flow) =>
    verdicts.filter((verdict) => flow[verdict] > 0).map((verdict) => ({ flow, verdict, count: flow[verdict] })),
  );

const linesOf = (flows: readonly Placed[]) => largestOf(allLinesOf(flows));

/** How many lines the flows have, of which no more than ARCS_MAX are drawn. */
export const lineCount = (flows: readonly Flow[]): number => allLinesOf(placedOf(flows)).length;

/** Which of `count` lines the focus goes to from the one at `at`; undefined: the key is none of these. */
export const lineAt = (key: string, at: number, count: number, rightToLeft: boolean): number | undefined => {
  const [onward, back] = rightToLeft ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft'];
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key === 'ArrowDown' || key === onward) return (at + 1) % count;
  if (key === 'ArrowUp' || key === back) return (at + count - 1) % count;
  return undefined;
};

/** One stop for the tab key, at the line that had the focus last; arrow keys go from line to line, Enter opens one. */
const walkable = (map: SVGSVGElement, arcs: readonly SVGElement[], rightToLeft: boolean): void => {
  arcs.forEach((arc, i) => arc.setAttribute('tabindex', i === 0 ? '0' : '-1'));
  map.addEventListener('focusin', ({ target }) => {
    for (const arc of arcs) arc.setAttribute('tabindex', arc === target ? '0' : '-1');
  });
  map.addEventListener('keydown', (event) => {
    const at = arcs.findIndex((arc) => arc === document.activeElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = lineAt(event.key, at, arcs.length, rightToLeft);
    if (to !== undefined) arcs[to]?.focus();
    else if (event.key === 'Enter' || event.key === ' ') arcs[at]?.dispatchEvent(new Event('click'));
    else return;
    event.preventDefault();
  });
};

/** `open` is given the line that was chosen, `tell` the words of the one that is pointed at or has the focus. */
export const drawMap = (
  context: Context,
  world: World,
  all: readonly Flow[],
  open: (flow: Flow, verdict: Verdict) => void,
  tell: (text: string) => void,
): SVGSVGElement => {
  const flows = placedOf(all);
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
  const lines = linesOf(flows);
  const touched = new Set(flows.flatMap((flow) => [stateOf(flow.from), stateOf(flow.to)]));
  const counts = new Map<string, number>();
  for (const { flow, count } of lines)
    for (const code of new Set([stateOf(flow.from), stateOf(flow.to)]))
      counts.set(code, (counts.get(code) ?? 0) + count);
  const land = shapes.features.map((shape) =>
    svg('path', { class: touched.has(String(shape.id)) ? 'land touched' : 'land', d: path(shape) ?? '' }),
  );
  const arcs = verdicts.flatMap((verdict) =>
    lines
      .filter((line) => line.verdict === verdict)
      .flatMap(({ flow }) => {
        const [from, to] = [at(flow.from), at(flow.to)];
        if (from === null || to === null) return [];
        const same = stateOf(flow.from) === stateOf(flow.to);
        const text = words.t('flow.title', {
          from: states.name(flow.from),
          to: states.name(flow.to),
          verdict: words.t(`verdict.${verdict}`),
          n: flow[verdict],
        });
        return svg(
          'path',
          {
            class: `arc ${verdict}`,
            d: same ? loopOf(from, 14 + bends[verdict] * 30) : arcOf(from, to, bends[verdict]),
            'stroke-width': widthOf(flow[verdict]),
            'marker-end': same ? undefined : `url(#arrow-${verdict})`,
            role: 'option',
            'aria-label': text,
            'aria-selected': 'false',
            click: () => open(flow, verdict),
            focus: () => tell(text),
            pointerenter: () => tell(text),
          },
          svg('title', {}, text),
        );
      }),
  );
  const points = [...counts]
    .sort((a, b) => b[1] - a[1])
    .flatMap(([code, count]) => {
      const point = at(code);
      return point === null ? [] : [{ code, count, point }];
    });
  const labels = labelsOf(
    points.map(({ point }) => point),
    points.map(({ code }) => code),
  );
  const nodes = points.map(({ code, count, point }, i) => {
    const label = labels[i] ?? null;
    return svg(
      'g',
      { class: 'node' },
      svg('title', {}, `${states.name(code)}: ${words.number(count)}`),
      svg('circle', { cx: point[0], cy: point[1], r: 2.5 + widthOf(count) * 0.6 }),
      label !== null &&
        svg(
          'text',
          {
            x: label.x,
            y: label.y,
            'text-anchor': label.anchor,
            class: [label.below && 'below', label.roomy && 'roomy'].filter((name) => name !== false).join(' '),
          },
          code,
        ),
    );
  });
  const map = svg(
    'svg',
    {
      class: 'map',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: arcs.length === 0 ? 'img' : 'listbox',
      'aria-label': words.t(arcs.length === 0 ? 'map.label' : 'map.walk'),
      direction: 'ltr',
    },
    svg('defs', {}, verdicts.map(arrow)),
    svg('path', { class: 'sphere', 'aria-hidden': 'true', d: path({ type: 'Sphere' }) ?? '' }),
    svg('g', { 'aria-hidden': 'true' }, land),
    svg('g', { role: 'none' }, arcs),
    svg('g', { 'aria-hidden': 'true' }, nodes),
  );
  walkable(map, arcs, directionOf(words.language) === 'rtl');
  return map;
};
