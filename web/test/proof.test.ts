// Proofs: what is right is proved, and every altered thing is refused with its reason.
import './helper';
import assert from 'node:assert/strict';
import test from 'node:test';
import { fromBase64, toBase64, utf8 } from '../src/proof/bytes';
import { byLibrary, verifyEd25519 } from '../src/proof/crypto';
import { readKey } from '../src/proof/note';
import { readPolicy } from '../src/proof/policy';
import { openCheckpoint, verifyReceipt } from '../src/proof/receipt';
import { receiptOf, refused, signer } from './helper';

const log = signer('example.org/test', 1);

test('every entry of small trees is proved', async () => {
  const policy = await readPolicy(log.vkey);
  for (let count = 1; count <= 17; count++) {
    for (let n = 0; n < count; n++) {
      const { receipt, judgement } = receiptOf(log, n, count);
      const proved = await verifyReceipt(receipt, judgement, policy);
      assert.equal(proved.index, BigInt(n));
      assert.equal(proved.checkpoint.size, BigInt(count));
    }
  }
});

test('the receipt of docs/formats/receipt.md opens by the key of its policy', async () => {
  const policy = await readPolicy('example.org/record+88f0d2ba+AbDjw3iT22FRlxaPwW11zj4ja64hOOF17lcYW8WBZwCm');
  const note =
    'example.org/record\n17\nDbCkGq5delBwHHFL8xWc1hUxZjpzxCG5Cs3FzAlsJ68=\n\n' +
    '— example.org/record iPDSusZVdieTKQSJXffmKNvLiGYP3iS1bOS7Um8lZf4O2lZivvSQzUDL6kZxNcKe3sY6j2k1h/ZII7ABV7gAWlHYlQQ=\n';
  assert.equal((await openCheckpoint(note, policy)).size, 17n);
  await assert.rejects(openCheckpoint(note.replace('17', '18'), policy), refused('signature'));
});

test('an altered judgement, salt, index, hash or size is refused', async () => {
  const policy = await readPolicy(log.vkey);
  const { receipt, judgement, lines } = receiptOf(log, 5, 11);
  const swapped = (from: string, to: string) => verifyReceipt(receipt.replace(from, to), judgement, policy);
  const other = toBase64(new Uint8Array(32).fill(7));
  await assert.rejects(verifyReceipt(receipt, utf8('{"id":null,"verdict":"refuse"}'), policy), refused('root'));
  await assert.rejects(swapped(lines[1]!, `extra ${other}`), refused('root'));
  await assert.rejects(swapped('index 5', 'index 4'), refused('root'));
  await assert.rejects(swapped('index 5', 'index 11'), refused('no-such-entry'));
  await assert.rejects(swapped(lines[4]!, other), refused('root'));
  await assert.rejects(swapped(`${lines[4]!}\n`, ''), refused('proof-length'));
  await assert.rejects(
    swapped(`${lines[4]!}\n`, `${lines[4]!}\n${other}\n${other}\n${other}\n`),
    refused('proof-length'),
  );
  await assert.rejects(swapped('\n11\n', '\n12\n'), refused('signature'));
  await assert.rejects(swapped(`${lines[1]!}\n`, ''), refused('no-salt'));
  await assert.rejects(swapped('index 5', 'index 05'), refused('receipt-form'));
  await assert.rejects(swapped('tlog-proof@v1', 'tlog-proof@v2'), refused('receipt-form'));
  await assert.rejects(verifyReceipt('', judgement, policy), refused('receipt-form'));
  await assert.rejects(verifyReceipt('x'.repeat(200000), judgement, policy), refused('too-large'));
});

test('a checkpoint of another key, or of another log, is refused', async () => {
  const { receipt, judgement } = receiptOf(log, 0, 1);
  const stranger = signer('example.org/test', 1);
  const other = signer('example.org/other', 1);
  await assert.rejects(verifyReceipt(receipt, judgement, await readPolicy(stranger.vkey)), refused('unsigned'));
  await assert.rejects(verifyReceipt(receipt, judgement, await readPolicy(other.vkey)), refused('unsigned'));
  const text = `example.org/else\n1\n${toBase64(new Uint8Array(32))}\n`;
  await assert.rejects(openCheckpoint(`${text}\n${log.sign(text)}`, await readPolicy(log.vkey)), refused('other-log'));
});

test('witnesses are counted as the policy asks', async () => {
  const [a, b, c] = [signer('a.example/w', 4), signer('b.example/w', 4), signer('c.example/w', 4)];
  const policy = await readPolicy(
    [
      `# two of three`,
      `log ${log.vkey} https://example.org/`,
      `witness A ${a.vkey} https://a.example/`,
      `witness B ${b.vkey}`,
      `witness C\t${c.vkey}`,
      'group abroad 2 A B C',
      'quorum abroad',
      '',
    ].join('\n'),
  );
  const { receipt, judgement } = receiptOf(log, 2, 5, [a, c]);
  const proved = await verifyReceipt(receipt, judgement, policy);
  assert.deepEqual(
    proved.witnesses.map((one) => one.key.name),
    ['a.example/w', 'c.example/w'],
  );
  assert.equal(proved.witnesses[0]?.time?.toISOString(), new Date(1_790_000_000_000).toISOString());
  const alone = receiptOf(log, 2, 5, [b]);
  await assert.rejects(verifyReceipt(alone.receipt, alone.judgement, policy), refused('policy-quorum'));
  const twice = receiptOf(log, 2, 5, [b, b]);
  await assert.rejects(verifyReceipt(twice.receipt, twice.judgement, policy), refused('policy-quorum'));
  const byWitnessesOnly = receiptOf(log, 2, 5, [a, b]);
  const withoutLog = byWitnessesOnly.receipt.replace(log.sign(byWitnessesOnly.text), '');
  await assert.rejects(verifyReceipt(withoutLog, byWitnessesOnly.judgement, policy), refused('policy-log'));
});

test('policies of another form are refused', async () => {
  const witness = signer('w.example/w', 4);
  for (const text of [
    '',
    'quorum none',
    `log ${log.vkey}`,
    `log ${log.vkey}\nquorum x`,
    `log ${log.vkey}\nlog ${log.vkey}\nquorum none`,
    `log ${log.vkey}\nwitness A ${witness.vkey}\ngroup g 2 A\nquorum g`,
    `log ${log.vkey}\ngroup g any A\nquorum g`,
    `log ${log.vkey}\nwitness A ${witness.vkey}\ngroup g any A\ngroup h any A\nquorum h`,
    `log ${log.vkey}\nrule x\nquorum none`,
    `log ${log.vkey}\nquorum none\nquorum none`,
  ]) {
    await assert.rejects(readPolicy(text), refused('policy-form'), text);
  }
  await assert.rejects(readPolicy(`log ${witness.vkey}\nquorum none`), refused('key-type'));
  await assert.rejects(readKey(log.vkey.replace('example.org', 'example.net')), refused('key-id'));
  await assert.rejects(readKey('no key'), refused('key-form'));
});

test('the library and the browser agree, on the vectors of RFC 8032', async () => {
  const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
  const vectors = [
    [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ] as const;
  for (const [key, message, signature] of vectors) {
    for (const verify of [verifyEd25519, byLibrary]) {
      assert.equal(await verify(bytes(key), bytes(signature), bytes(message)), true);
      assert.equal(await verify(bytes(key), bytes(signature), bytes(`${message}00`)), false);
    }
  }
});

test('keys of small order are no keys', async () => {
  for (const first of [0, 1, 0xed, 0xec]) {
    const key = new Uint8Array(32);
    key[0] = first;
    if (first > 1) key.fill(0xff, 1, 31).fill(0x7f, 31);
    const signature = new Uint8Array(64);
    signature[0] = 1;
    assert.equal(await verifyEd25519(key, signature, utf8('anything')), false);
  }
});

test('base64 is strict', () => {
  assert.equal(fromBase64('AA=='.replace('A=', 'B=')), undefined);
  for (const text of ['A', 'AA', 'AA=', 'AAA', 'AA==\n', 'A-==', ' AA=='])
    assert.equal(fromBase64(text), undefined, text);
  assert.deepEqual(fromBase64('AQI='), new Uint8Array([1, 2]));
});
