// The tree of RFC 6962, section 2.1: leaves, nodes, and what a proof of inclusion
// leads to. Numbers are of any size: a log may be larger than 2^53.
import { type Bytes, utf8, joined } from './bytes';
import { hmacSha256, sha256 } from './crypto';
import { Refused } from './refused';

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);
const ENTRY_VERSION = new Uint8Array([1]);

/** What stands in the log for a judgement: 01 ‖ HMAC-SHA-256(salt, judgement). */
export const entryOf = async (salt: Bytes, judgement: Bytes): Promise<Bytes> =>
  joined(ENTRY_VERSION, await hmacSha256(salt, judgement));

export const leafOf = (entry: Bytes): Promise<Bytes> => sha256(LEAF, entry);

export const nodeOf = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(NODE, left, right);

export const emptyRoot = (): Promise<Bytes> => sha256(utf8(''));

/** RFC 9162, section 2.1.3.2: climbs from the leaf, left and right as index and size say. */
export const rootBy = async (leaf: Bytes, index: bigint, size: bigint, proof: readonly Bytes[]): Promise<Bytes> => {
  if (index >= size) throw new Refused('no-such-entry');
  let hash = leaf;
  let at = index;
  let last = size - 1n;
  for (const other of proof) {
    if (last === 0n) throw new Refused('proof-length');
    if ((at & 1n) === 1n || at === last) {
      hash = await nodeOf(other, hash);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = await nodeOf(hash, other);
    }
    at >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new Refused('proof-length');
  return hash;
};
