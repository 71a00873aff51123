// A receipt (docs/formats/receipt.md) shows that a judgement is in a log. Receipt,
// the judgement's bytes and a policy go in; what is proved comes out, or the
// reason why nothing is. Every step is done here, in the browser.
import { type Bytes, equal, fromBase64, hex } from './bytes';
import { entryOf, leafOf, rootBy } from './merkle';
import { openNote, type Signed } from './note';
import type { Policy } from './policy';
import { Refused } from './refused';

const RECEIPT_CHARACTERS_MAX = 131072;
const PROOF_MAX = 64;

export interface Receipt {
  readonly salt: Bytes | undefined;
  readonly index: bigint;
  readonly proof: readonly Bytes[];
  readonly checkpoint: string;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
  readonly signed: readonly Signed[];
}

export interface Proved {
  readonly index: bigint;
  readonly checkpoint: Checkpoint;
  readonly leaf: string;
  readonly hashes: number;
  readonly witnesses: readonly Signed[];
}

const hashOf = (text: string): Bytes => {
  const hash = fromBase64(text);
  if (hash?.length !== 32) throw new Refused('receipt-form');
  return hash;
};

const numberOf = (text: string): bigint | undefined =>
  /^(?:0|[1-9][0-9]{0,18})$/.test(text) ? BigInt(text) : undefined;

export const readReceipt = (text: string): Receipt => {
  if (text.length > RECEIPT_CHARACTERS_MAX) throw new Refused('too-large');
  const at = text.indexOf('\n\n');
  const lines = at < 0 ? [] : text.slice(0, at).split('\n');
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Refused('receipt-form');
  const salt = lines[0]?.startsWith('extra ') === true ? hashOf(lines.shift()?.slice(6) ?? '') : undefined;
  const index = lines[0]?.startsWith('index ') === true ? numberOf(lines.shift()?.slice(6) ?? '') : undefined;
  if (index === undefined || lines.length > PROOF_MAX) throw new Refused('receipt-form');
  return { salt, index, proof: lines.map(hashOf), checkpoint: text.slice(at + 2) };
};

/** Opens a checkpoint: signed by a log that the policy believes, and by witnesses enough. */
export const openCheckpoint = async (note: string, policy: Policy): Promise<Checkpoint> => {
  const { text, signed } = await openNote(note, [...policy.logs, ...policy.witnesses]);
  const [origin, sizeText, rootText, ...more] = text.split('\n');
  const size = numberOf(sizeText ?? '');
  const root = fromBase64(rootText ?? '');
  if (origin === undefined || size === undefined || root?.length !== 32 || more.pop() !== '' || more.includes('')) {
    throw new Refused('checkpoint-form');
  }
  if (!signed.some((one) => policy.logs.includes(one.key) && one.key.name === origin))
    throw new Refused('policy-log', origin);
  if (!policy.reached(signed)) throw new Refused('policy-quorum');
  return { origin, size, root, signed };
};

export const verifyReceipt = async (receiptText: string, judgement: Bytes, policy: Policy): Promise<Proved> => {
  const receipt = readReceipt(receiptText);
  const checkpoint = await openCheckpoint(receipt.checkpoint, policy);
  if (receipt.salt === undefined) throw new Refused('no-salt');
  const leaf = await leafOf(await entryOf(receipt.salt, judgement));
  const root = await rootBy(leaf, receipt.index, checkpoint.size, receipt.proof);
  if (!equal(root, checkpoint.root)) throw new Refused('root');
  return {
    index: receipt.index,
    checkpoint,
    leaf: hex(leaf),
    hashes: receipt.proof.length,
    witnesses: checkpoint.signed.filter((one) => one.time !== undefined),
  };
};
