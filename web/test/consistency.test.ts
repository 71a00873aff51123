// That a log goes on from a checkpoint, held against roots worked out leaf by leaf.
import { leaf, refused, root } from './helper';
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Tiles, tilePath, verifyContinues } from '../src/proof/consistency';
import type { Checkpoint } from '../src/proof/receipt';

const leaves = (count: number, other = -1): Buffer[] =>
  Array.from({ length: count }, (_, i) => leaf(Buffer.from(i === other ? 'other' : `entry ${i}`)));

const all = leaves(66_000);

const checkpoint = (of: Buffer[], origin = 'example.org/test'): Checkpoint => ({
  origin,
  size: BigInt(of.length),
  root: new Uint8Array(
    of.length === 0 ? Buffer.from('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'base64') : root(of),
  ),
  signed: [],
});

/** Hash i of level L is the root of 256^L leaves. */
const tilesOf = (of: Buffer[], asked: string[] = []): Tiles => {
  const hashAt = (level: number, i: number): Buffer => root(of.slice(i * 256 ** level, (i + 1) * 256 ** level));
  return async (path) => {
    asked.push(path);
    const [, level, groups, width] = /^(\d)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path) ?? [];
    const index = Number(groups!.replace(/[x/]/g, ''));
    const count = width === undefined ? 256 : Number(width);
    return new Uint8Array(
      Buffer.concat(Array.from({ length: count }, (_, i) => hashAt(Number(level), index * 256 + i))),
    );
  };
};

test('tiles have the paths of docs/formats/record.md', () => {
  assert.equal(tilePath(0, 1234067n, 256n), '0/x001/x234/067');
  assert.equal(tilePath(1, 0n, 7n), '1/000.p/7');
});

test('each beginning of a log is one, of every small size and around whole tiles', async () => {
  const sizes: [number, number[]][] = [1, 2, 3, 7, 8, 33].map((n) => [n, [...Array(n + 1).keys()]]);
  sizes.push([255, [1, 128, 254]], [256, [1, 255]], [257, [1, 255, 256]], [700, [3, 255, 256, 257, 512, 513, 699]]);
  for (const [n, olds] of sizes)
    for (const old of olds)
      await verifyContinues(checkpoint(all.slice(0, old)), checkpoint(all.slice(0, n)), tilesOf(all.slice(0, n)));
});

test('of a large log few tiles are asked for', async () => {
  const asked: string[] = [];
  await verifyContinues(checkpoint(all.slice(0, 65_537)), checkpoint(all), tilesOf(all, asked));
  assert.ok(asked.length <= 8, asked.join(' '));
});

test('another history, one that is shorter, another log and altered tiles are told apart', async () => {
  for (const [n, old, at] of [
    [8, 5, 0],
    [8, 5, 4],
    [300, 257, 256],
    [300, 256, 3],
    [5, 5, 2],
  ] as const) {
    const forked = checkpoint(leaves(old, at));
    const newest = all.slice(0, n);
    await assert.rejects(verifyContinues(forked, checkpoint(newest), tilesOf(newest)), refused('history'));
  }
  const newest = checkpoint(all.slice(0, 9));
  await assert.rejects(verifyContinues(checkpoint(all.slice(0, 10)), newest, tilesOf(all)), refused('ahead'));
  await assert.rejects(
    verifyContinues(checkpoint(all.slice(0, 4), 'example.org/2025'), newest, tilesOf(all)),
    refused('other-origin'),
  );
  const none = { ...checkpoint([]), root: new Uint8Array(32) };
  await assert.rejects(verifyContinues(none, newest, tilesOf(all)), refused('history'));
  for (let at = 0; at < 9; at++)
    await assert.rejects(
      verifyContinues(checkpoint(all.slice(0, 4)), newest, tilesOf(leaves(9, at))),
      refused('tiles'),
      String(at),
    );
  await assert.rejects(
    verifyContinues(checkpoint(all.slice(0, 4)), newest, async () => new Uint8Array(31)),
    refused('tiles'),
  );
});
