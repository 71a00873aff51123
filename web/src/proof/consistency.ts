// Does the log go on from an earlier checkpoint, or were two histories signed? The
// hashes of the tree come from the daemon in tiles (docs/formats/record.md) and are
// believed as far as they lead to both signed roots, each from the same leaves
// (RFC 6962, section 2.1.2).
import { type Bytes, equal } from './bytes';
import { emptyRoot, nodeOf } from './merkle';
import type { Checkpoint } from './receipt';
import { Refused } from './refused';

const TILE = 256n;
const HASH = 32;

/** Gives the bytes of a tile: that part of it, or more from its beginning on. */
export type Tiles = (path: string) => Promise<Bytes>;

/** 1234067 is x001/x234/067; `width` of less than all makes it a part. */
export const tilePath = (level: number, index: bigint, width: bigint): string => {
  const digits = index.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const last = groups.pop() ?? '';
  return [String(level), ...groups.map((group) => `x${group}`), last].join('/') + (width < TILE ? `.p/${width}` : '');
};

/** The largest power of two below n. */
const halfOf = (n: bigint): bigint => 1n << BigInt((n - 1n).toString(2).length - 1);

const isWhole = (n: bigint): boolean => (n & (n - 1n)) === 0n;

class Tree {
  private readonly kept = new Map<string, Promise<Bytes>>();

  constructor(
    private readonly size: bigint,
    private readonly tiles: Tiles,
  ) {}

  private async tile(level: number, index: bigint): Promise<Bytes> {
    const there = (this.size >> BigInt(8 * level)) - index * TILE;
    const width = there < TILE ? there : TILE;
    const path = tilePath(level, index, width);
    const bytes = this.kept.get(path) ?? this.tiles(path);
    this.kept.set(path, bytes);
    const found = await bytes;
    if (found.length < Number(width) * HASH) throw new Refused('tiles', path);
    return found;
  }

  /** Of 2^height leaves from a multiple of that on. */
  private async whole(begin: bigint, height: number): Promise<Bytes> {
    const level = height >> 3;
    const at = begin >> BigInt(8 * level);
    const first = Number(at % TILE);
    const tile = await this.tile(level, at / TILE);
    let hashes = [...Array(1 << (height & 7)).keys()].map((i) =>
      tile.slice((first + i) * HASH, (first + i + 1) * HASH),
    );
    while (hashes.length > 1) {
      const pairs = hashes.filter((_, i) => i % 2 === 0).map((left, i) => nodeOf(left, hashes[2 * i + 1] ?? left));
      hashes = await Promise.all(pairs);
    }
    return hashes[0] ?? new Uint8Array();
  }

  async hash(begin: bigint, n: bigint): Promise<Bytes> {
    if (isWhole(n)) return this.whole(begin, n.toString(2).length - 1);
    const half = halfOf(n);
    return nodeOf(await this.hash(begin, half), await this.hash(begin + half, n - half));
  }

  /** The roots over the first `old` of n leaves, and over all. */
  async both(begin: bigint, old: bigint, n: bigint): Promise<readonly [old: Bytes, all: Bytes]> {
    if (old === n) {
      const hash = await this.hash(begin, n);
      return [hash, hash];
    }
    const half = halfOf(n);
    if (old <= half) {
      const [left, all] = await this.both(begin, old, half);
      return [left, await nodeOf(all, await this.hash(begin + half, n - half))];
    }
    const left = await this.hash(begin, half);
    const [right, all] = await this.both(begin + half, old - half, n - half);
    return [await nodeOf(left, right), await nodeOf(left, all)];
  }
}

/** Both checkpoints are signed by whom one believes; `newest` is the daemon's. */
export const verifyContinues = async (earlier: Checkpoint, newest: Checkpoint, tiles: Tiles): Promise<void> => {
  if (earlier.origin !== newest.origin) throw new Refused('other-origin', earlier.origin);
  if (earlier.size > newest.size) throw new Refused('ahead', `${earlier.size} > ${newest.size}`);
  if (earlier.size === newest.size) {
    if (!equal(earlier.root, newest.root)) throw new Refused('history');
    return;
  }
  if (earlier.size === 0n) {
    if (!equal(earlier.root, await emptyRoot())) throw new Refused('history');
    return;
  }
  const [old, all] = await new Tree(newest.size, tiles).both(0n, earlier.size, newest.size);
  if (!equal(all, newest.root)) throw new Refused('tiles');
  if (!equal(old, earlier.root)) throw new Refused('history');
};
