// What the map needs of world-atlas: the shapes of the coarse map, and for each
// state of the fine one, which has the small states too, a point within it.
import { geoArea, geoCentroid } from 'd3-geo';
import { feature } from 'topojson-client';

// ISO 3166-1: the code of two letters that stands for a number. The registry of
// languages knows; no list of states is kept here.
const codeOf = (number) => new Intl.Locale(Intl.getCanonicalLocales(`und-${number}`)[0]).region ?? '';

// The middle of the largest piece, so that far islands do not pull it out to sea.
const middleOf = (geometry) => {
  if (geometry.type !== 'MultiPolygon') return geoCentroid(geometry);
  const pieces = geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }));
  return geoCentroid(pieces.reduce((a, b) => (geoArea(b) > geoArea(a) ? b : a)));
};

const round = (point) => point.map((x) => Math.round(x * 100) / 100);

export const worldOf = (coarse, fine) => {
  const middles = {};
  for (const { id, geometry } of feature(fine, fine.objects.countries).features) {
    if (id !== undefined && geometry !== null) middles[codeOf(id)] = round(middleOf(geometry));
  }
  // Shapes bear codes, not names: which name is shown is the reader's language's.
  const geometries = coarse.objects.countries.geometries.map(({ type, arcs, id }) =>
    id === undefined ? { type, arcs } : { type, arcs, id: codeOf(id) },
  );
  return {
    shapes: {
      type: 'Topology',
      transform: coarse.transform,
      arcs: coarse.arcs,
      objects: { states: { type: 'GeometryCollection', geometries } },
    },
    middles: Object.fromEntries(Object.entries(middles).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};
