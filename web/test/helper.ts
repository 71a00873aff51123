// A log of the tests' own, by Node's crypto and the definitions of RFC 6962.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { Refused } from '../src/proof/refused';

if (globalThis.crypto === undefined) Object.defineProperty(globalThis, 'crypto', { value: crypto.webcrypto });

export const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
export const leaf = (entry: Uint8Array): Buffer => sha256(Buffer.of(0), entry);
const node = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Buffer.of(1), left, right);
const half = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);
export const root = (leaves: Buffer[]): Buffer =>
  leaves.length === 1
    ? leaves[0]!
    : node(root(leaves.slice(0, half(leaves.length))), root(leaves.slice(half(leaves.length))));
const pathOf = (m: number, leaves: Buffer[]): Buffer[] => {
  if (leaves.length === 1) return [];
  const k = half(leaves.length);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), root(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), root(leaves.slice(0, k))];
};

export interface Signer {
  readonly name: string;
  readonly vkey: string;
  readonly sign: (text: string) => string;
}

export const signer = (name: string, type: 1 | 4): Signer => {
  const keys = crypto.generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.of(type), keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_790_000_000n);
  return {
    name,
    vkey: `${name}+${id.toString('hex')}+${raw.toString('base64')}`,
    sign: (text) => {
      const message = type === 1 ? text : `cosignature/v1\ntime 1790000000\n${text}`;
      const signature = crypto.sign(null, Buffer.from(message), keys.privateKey);
      return `— ${name} ${Buffer.concat([id, ...(type === 4 ? [time] : []), signature]).toString('base64')}\n`;
    },
  };
};

export interface Made {
  readonly receipt: string;
  readonly judgement: Uint8Array<ArrayBuffer>;
  readonly lines: string[];
  readonly text: string;
}

/** A log of `count` entries, of which the `n`th stands for a judgement. */
export const receiptOf = (log: Signer, n: number, count: number, witnesses: Signer[] = []): Made => {
  const salt = crypto.randomBytes(32);
  const judgement = new TextEncoder().encode('{"id":null,"verdict":"permit"}');
  const leaves = Array.from({ length: count }, (_, i) =>
    leaf(
      Buffer.concat([
        Buffer.of(1),
        crypto
          .createHmac('sha256', salt)
          .update(i === n ? judgement : `another ${i}`)
          .digest(),
      ]),
    ),
  );
  const text = `${log.name}\n${count}\n${root(leaves).toString('base64')}\n`;
  const lines = ['c2sp.org/tlog-proof@v1', `extra ${salt.toString('base64')}`, `index ${n}`];
  lines.push(...pathOf(n, leaves).map((hash) => hash.toString('base64')));
  const signatures = [log, ...witnesses].map((one) => one.sign(text)).join('');
  return { receipt: `${lines.join('\n')}\n\n${text}\n${signatures}`, judgement, lines, text };
};

export const refused =
  (reason: string) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof Refused, String(error));
    assert.equal(error.reason, reason);
    return true;
  };
