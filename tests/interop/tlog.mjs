// A second verifier that is not ours: Node's crypto and the text of RFC 6962.
//
//     node tlog.mjs log DIR VKEY [WITNESS-VKEY...]
//     node tlog.mjs receipt RECEIPT JUDGEMENT VKEY
//     node tlog.mjs make RECEIPT JUDGEMENT N COUNT
//
// As tlog.go; ends with status 1 and a reason where it will not believe.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const fail = (why) => {
  console.error(`tlog: ${why}`);
  process.exit(1);
};
const check = (holds, why) => holds || fail(why);
const sha256 = (...parts) => {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leaf = (entry) => sha256(Buffer.from([0]), entry);
const node = (left, right) => sha256(Buffer.from([1]), left, right);
const split = (n) => 2 ** Math.ceil(Math.log2(n) - 1);

// MTH(D[n]), by the definition.
const root = (leaves) => {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return node(root(leaves.slice(0, k)), root(leaves.slice(k)));
};

// PATH(m, D[n]), by the definition.
const pathOf = (m, leaves) => {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), root(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), root(leaves.slice(0, k))];
};

// What PATH leads to, by the definition read backwards.
const climb = (hash, m, n, proof) => {
  if (n === 1) {
    check(proof.length === 0, 'the proof is too long');
    return hash;
  }
  check(proof.length > 0, 'the proof is too short');
  const k = split(n);
  const last = proof[proof.length - 1];
  const rest = proof.slice(0, -1);
  return m < k ? node(climb(hash, m, k, rest), last) : node(last, climb(hash, m - k, n - k, rest));
};

const publicKey = (raw) =>
  crypto.createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });

const readKey = (vkey) => {
  const [name, id, ...rest] = vkey.split('+');
  const raw = Buffer.from(rest.join('+'), 'base64');
  check(raw.length === 33, 'no verifier key');
  const own = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
  check(own.toString('hex') === id, "the key's id is not its own");
  return { name, id: own, type: raw[0], key: publicKey(raw.subarray(1)) };
};

const signedBy = (text, lines, key) => {
  for (const line of lines) {
    const [dash, name, blob] = line.split(' ');
    const bytes = Buffer.from(blob ?? '', 'base64');
    if (dash !== '—' || name !== key.name || !bytes.subarray(0, 4).equals(key.id)) continue;
    let message = Buffer.from(text);
    let signature = bytes.subarray(4);
    if (key.type === 4) {
      message = Buffer.from(`cosignature/v1\ntime ${signature.readBigUInt64BE()}\n${text}`);
      signature = signature.subarray(8);
    }
    return crypto.verify(null, message, key.key, signature);
  }
  return false;
};

const checkpoint = (bytes, vkeys) => {
  const note = bytes.toString('utf8');
  const at = note.lastIndexOf('\n\n');
  check(at > 0 && note.endsWith('\n'), 'no note');
  const text = note.slice(0, at + 1);
  const lines = note.slice(at + 2, -1).split('\n');
  for (const vkey of vkeys) check(signedBy(text, lines, readKey(vkey)), `not signed by ${vkey}`);
  const [origin, size, hash, end] = text.split('\n');
  check(end === '' && origin === readKey(vkeys[0]).name && /^(0|[1-9][0-9]*)$/.test(size), 'no checkpoint of this log');
  return { size: Number(size), root: Buffer.from(hash, 'base64') };
};

const place = (n) => {
  let text = String(n % 1000).padStart(3, '0');
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    text = `x${String(rest % 1000).padStart(3, '0')}/${text}`;
  }
  return text;
};

const readTile = (folder, level, n, width) =>
  fs.readFileSync(path.join(folder, 'tile', level, place(n) + (width === 256 ? '' : `.p/${width}`)));

const checkLog = (folder, vkeys) => {
  const tree = checkpoint(fs.readFileSync(path.join(folder, 'checkpoint')), vkeys);
  let hashes = [];
  for (let n = 0; n * 256 < tree.size; n++) {
    const width = Math.min(256, tree.size - n * 256);
    let data = readTile(folder, 'entries', n, width);
    for (let i = 0; i < width; i++) {
      const length = data.readUInt16BE();
      check(length === 33 && data[2] === 1, 'an entry of another form');
      hashes.push(leaf(data.subarray(2, 2 + length)));
      data = data.subarray(2 + length);
    }
    check(data.length === 0, 'a bundle that is too long');
  }
  check(root(hashes).equals(tree.root), 'the entries do not lead to the signed root');
  for (let level = 0; hashes.length > 0; level++) {
    const above = [];
    for (let n = 0; n * 256 < hashes.length; n++) {
      const part = hashes.slice(n * 256, n * 256 + 256);
      check(readTile(folder, String(level), n, part.length).equals(Buffer.concat(part)), `tile ${level}/${n} is wrong`);
      if (part.length === 256) above.push(root(part));
    }
    hashes = above;
  }
  console.log(`${tree.size} entries, ${vkeys.length - 1} cosignatures`);
};

const commit = (salt, judgement) =>
  Buffer.concat([Buffer.from([1]), crypto.createHmac('sha256', salt).update(judgement).digest()]);

const checkReceipt = (receiptPath, judgementPath, vkey) => {
  const receipt = fs.readFileSync(receiptPath);
  const at = receipt.indexOf('\n\n');
  const lines = receipt.subarray(0, at).toString().split('\n');
  check(lines[0] === 'c2sp.org/tlog-proof@v1' && lines[1].startsWith('extra ') && lines[2].startsWith('index '), 'no receipt');
  const tree = checkpoint(receipt.subarray(at + 2), [vkey]);
  const index = Number(lines[2].slice(6));
  const proof = lines.slice(3).map((line) => Buffer.from(line, 'base64'));
  const entry = commit(Buffer.from(lines[1].slice(6), 'base64'), fs.readFileSync(judgementPath));
  check(index < tree.size, 'no such entry');
  check(climb(leaf(entry), index, tree.size, proof).equals(tree.root), 'the proof does not lead to the signed root');
  console.log(`entry ${index} of ${tree.size}`);
};

const makeReceipt = (receiptPath, judgementPath, n, count) => {
  const name = 'example.org/node';
  const salt = crypto.randomBytes(32);
  const keys = crypto.generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.from([1]), keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
  const judgement = fs.readFileSync(judgementPath);
  const leaves = [];
  for (let i = 0; i < count; i++) leaves.push(leaf(commit(salt, i === n ? judgement : `another ${i}`)));
  const text = `${name}\n${count}\n${root(leaves).toString('base64')}\n`;
  const signature = Buffer.concat([id, crypto.sign(null, Buffer.from(text), keys.privateKey)]);
  const lines = ['c2sp.org/tlog-proof@v1', `extra ${salt.toString('base64')}`, `index ${n}`];
  lines.push(...pathOf(n, leaves).map((hash) => hash.toString('base64')));
  fs.writeFileSync(receiptPath, `${lines.join('\n')}\n\n${text}\n— ${name} ${signature.toString('base64')}\n`);
  console.log(`${name}+${id.toString('hex')}+${raw.toString('base64')}`);
};

const [what, ...rest] = process.argv.slice(2);
try {
  if (what === 'log') checkLog(rest[0], rest.slice(1));
  else if (what === 'receipt') checkReceipt(...rest);
  else if (what === 'make') makeReceipt(rest[0], rest[1], Number(rest[2]), Number(rest[3]));
  else process.exit(2);
} catch (error) {
  fail(error.message);
}
