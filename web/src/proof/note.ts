// Signed notes (docs/formats/note.md): text, and below it signatures by keys that
// the reader believes. Text that no believed key has signed is never given out.
import { type Bytes, equal, fromBase64, hex, joined, utf8 } from './bytes';
import { sha256, verifyEd25519 } from './crypto';
import { Refused } from './refused';

export const LOG_KEY = 1;
export const WITNESS_KEY = 4;

export interface Key {
  readonly name: string;
  readonly id: Bytes;
  readonly type: number;
  readonly bytes: Bytes;
}

/** Who signed, and when if it was a witness. */
export interface Signed {
  readonly key: Key;
  readonly time?: Date;
}

export interface Note {
  readonly text: string;
  readonly signed: readonly Signed[];
}

const NOTE_BYTES_MAX = 65536;
const LINES_MAX = 256;

/** name+id+base64: the id must be the key's own. */
export const readKey = async (text: string): Promise<Key> => {
  const [, name, id, base64] = /^([^\s+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? [];
  const raw = base64 === undefined ? undefined : fromBase64(base64);
  if (name === undefined || raw?.length !== 33) throw new Refused('key-form');
  const own = (await sha256(utf8(`${name}\n`), raw)).slice(0, 4);
  if (hex(own) !== id) throw new Refused('key-id');
  const type = raw[0] ?? 0;
  if (type !== LOG_KEY && type !== WITNESS_KEY) throw new Refused('key-type');
  return { name, id: own, type, bytes: raw.slice(1) };
};

interface Line {
  readonly name: string;
  readonly id: Bytes;
  readonly signature: Bytes;
}

const readLine = (line: string): Line => {
  const [, name, base64] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
  const blob = base64 === undefined ? undefined : fromBase64(base64);
  if (name === undefined || blob === undefined || blob.length < 5) throw new Refused('note-form');
  return { name, id: blob.slice(0, 4), signature: blob.slice(4) };
};

/** The parts of a note, of which nothing is believed yet. */
const split = (note: string): { text: string; lines: Line[] } => {
  const at = note.lastIndexOf('\n\n');
  if (at <= 0 || !note.endsWith('\n') || note.length > NOTE_BYTES_MAX || /[\0-\x09\x0b-\x1f]/.test(note)) {
    throw new Refused('note-form');
  }
  const lines = note.slice(at + 2, -1).split('\n');
  if (lines.length > LINES_MAX) throw new Refused('note-form');
  return { text: note.slice(0, at + 1), lines: lines.map(readLine) };
};

const timeOf = (signature: Bytes): bigint => new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);

const check = async (text: string, line: Line, key: Key): Promise<Signed> => {
  if (key.type === LOG_KEY) {
    if (text.slice(0, text.indexOf('\n')) !== key.name) throw new Refused('other-log');
    if (!(await verifyEd25519(key.bytes, line.signature, utf8(text)))) throw new Refused('signature');
    return { key };
  }
  if (line.signature.length !== 72) throw new Refused('signature');
  const time = timeOf(line.signature);
  const message = joined(utf8(`cosignature/v1\ntime ${time}\n`), utf8(text));
  if (!(await verifyEd25519(key.bytes, line.signature.slice(8), message))) throw new Refused('signature');
  return { key, time: new Date(Number(time) * 1000) };
};

/** Opens a note by the keys believed. A false signature that bears a believed key's name and id spoils all of it. */
export const openNote = async (note: string, keys: readonly Key[]): Promise<Note> => {
  const { text, lines } = split(note);
  const signed: Signed[] = [];
  for (const line of lines) {
    const key = keys.find((one) => one.name === line.name && equal(one.id, line.id));
    if (key === undefined) continue;
    const found = await check(text, line, key);
    if (!signed.some((one) => equal(one.key.bytes, key.bytes))) signed.push(found);
  }
  if (signed.length === 0)
    throw new Refused(
      'unsigned',
      lines
        .map((line) => line.name)
        .join(', ')
        .slice(0, 256),
    );
  return { text, signed };
};
