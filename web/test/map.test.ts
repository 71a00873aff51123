// The map: lines that can be told apart, and a point for every state.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { piecesOf } from '../src/clauses';
import { ARCS_MAX, arcOf, labelsOf, largestOf, lineAt, loopOf, stateOf, widthOf } from '../src/map';
import { readPlace, writePlace } from '../src/router';
import { worldOf } from '../world.mjs';

const atlas = (detail: string) =>
  JSON.parse(
    fs.readFileSync(
      path.join(process.env['COMITY_WEB']!, 'node_modules', 'world-atlas', `countries-${detail}.json`),
      'utf8',
    ),
  );

test('there and back are two lines', () => {
  assert.equal(arcOf([0, 0], [100, 0], 0.2), 'M0,0Q50,-20 100,0');
  assert.equal(arcOf([100, 0], [0, 0], 0.2), 'M100,0Q50,20 0,0');
  assert.match(loopOf([10, 10], 5), /^M10,10C5,2 15,2 10,10$/);
});

test('width grows with the count, and ends', () => {
  assert.equal(widthOf(0), widthOf(1));
  assert.ok(widthOf(10) > widthOf(1));
  assert.equal(widthOf(1e12), 6);
});

test('names stand beside their points, and never on each other', () => {
  assert.deepEqual(labelsOf([[100, 100]], ['DE']), [{ x: 100, y: 106, anchor: 'middle', below: true, roomy: true }]);
  const crowd = Array.from({ length: 12 }, (_, i) => [100 + (i % 4) * 9, 100 + Math.floor(i / 4) * 9] as const);
  const labels = labelsOf(
    crowd,
    crowd.map(() => 'XA'),
  );
  assert.ok(labels[0] !== null && labels.some((one) => one === null), 'some find room, not all');
  const boxes = labels.flatMap((one) => {
    if (one === null) return [];
    const left = one.anchor === 'middle' ? one.x - 9 : one.anchor === 'start' ? one.x : one.x - 18;
    return [[left, one.below ? one.y : one.y - 11] as const];
  });
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1))
      assert.ok(Math.abs(a[0] - b[0]) >= 18 || Math.abs(a[1] - b[1]) >= 10, `${a} and ${b}`);
});

test('the largest lines are drawn, where all would be a thicket', () => {
  const lines = Array.from({ length: 500 }, (_, count) => ({ count }));
  const drawn = largestOf(lines);
  assert.equal(drawn.length, ARCS_MAX);
  assert.ok(drawn.every(({ count }) => count >= 500 - ARCS_MAX));
  assert.equal(largestOf(lines.slice(0, 3)).length, 3);
});

test('parts are where their state is', () => {
  assert.equal(stateOf('CN-SH-FTZ'), 'CN');
  assert.equal(stateOf('BR'), 'BR');
});

test('small states have a point, shapes have codes, borders that no code has stay', () => {
  const world = worldOf(atlas('110m'), atlas('50m'));
  for (const code of ['SG', 'MT', 'BH', 'MU', 'HK', 'LI', 'BR', 'IN']) {
    const [x, y] = world.middles[code];
    assert.ok(Math.abs(x) <= 180 && Math.abs(y) <= 90, code);
  }
  assert.ok(Object.keys(world.middles).length > 230);
  const ids = world.shapes.objects.states.geometries.map(({ id }: { id?: string }) => id);
  assert.ok(ids.filter((id: string | undefined) => id !== undefined && /^[A-Z]{2}$/.test(id)).length > 170);
  assert.ok(!JSON.stringify(world).includes('"name"'));
});

test('rules in the text of a rule are made out, outside quotes', () => {
  const known = new Set(['EU.GDPR.44', 'EU.GDPR.46.2.a']);
  const text = 'rule EU.X.1 "as EU.GDPR.44 \\" has it"\n  way    EU.GDPR.44, EU.GDPR.46.2.a\n';
  const pieces = piecesOf(text, (name) => known.has(name));
  assert.deepEqual(
    pieces.filter((piece) => piece.rule).map((piece) => piece.text),
    ['EU.GDPR.44', 'EU.GDPR.46.2.a'],
  );
  assert.equal(pieces.map((piece) => piece.text).join(''), text);
});

test('places go into the address and come out of it', () => {
  const query = new URLSearchParams({ on: '2026-01-01' });
  const text = writePlace(['law', 'A/B.1?x'], query);
  assert.equal(text, '#/law/A%2FB.1%3Fx?on=2026-01-01');
  const place = readPlace(text);
  assert.deepEqual([place.view, place.rest, place.query.get('on')], ['law', ['A/B.1?x'], '2026-01-01']);
  assert.deepEqual(readPlace(''), { view: '', rest: [], query: new URLSearchParams() });
  assert.deepEqual(readPlace('#/%').view, '%');
});

test('arrow keys go from line to line, and round', () => {
  assert.deepEqual(
    ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft', 'Home', 'End', 'a'].map((key) => lineAt(key, 0, 3, false)),
    [1, 1, 2, 2, 0, 2, undefined],
  );
  assert.deepEqual(
    ['ArrowRight', 'ArrowLeft'].map((key) => lineAt(key, 0, 3, true)),
    [2, 1],
  );
});
