// Which logs and witnesses are believed, and how many of these must have signed
// (docs/formats/receipt.md, "A policy"). A single verifier key is a policy too:
// that log, and no witness.
import { equal } from './bytes';
import { type Key, LOG_KEY, WITNESS_KEY, type Signed, readKey } from './note';
import { Refused } from './refused';

type Member = { readonly key: Key } | { readonly needs: number; readonly members: readonly string[] };

export interface Policy {
  readonly logs: readonly Key[];
  readonly witnesses: readonly Key[];
  /** Have enough of them signed? */
  readonly reached: (signed: readonly Signed[]) => boolean;
}

const NAMES_MAX = 256;

class Reader {
  readonly logs: Key[] = [];
  readonly names = new Map<string, Member>();
  readonly taken = new Set<string>();
  quorum: string | undefined;

  async log(words: readonly string[]): Promise<void> {
    if (words.length < 1 || words.length > 2) throw new Refused('policy-form');
    this.logs.push(await this.key(words[0] ?? '', LOG_KEY));
  }

  async witness(words: readonly string[]): Promise<void> {
    const [name, key] = words;
    if (name === undefined || key === undefined || words.length > 3) throw new Refused('policy-form');
    this.name(name, { key: await this.key(key, WITNESS_KEY) });
  }

  group(words: readonly string[]): void {
    const [name, how, ...members] = words;
    if (name === undefined || how === undefined || members.length === 0) throw new Refused('policy-form');
    for (const member of members) {
      if (!this.names.has(member) || this.taken.has(member)) throw new Refused('policy-form', member);
      this.taken.add(member);
    }
    const needs = how === 'any' ? 1 : how === 'all' ? members.length : /^[1-9][0-9]{0,2}$/.test(how) ? Number(how) : 0;
    if (needs < 1 || needs > members.length) throw new Refused('policy-form', name);
    this.name(name, { needs, members });
  }

  quorumIs(words: readonly string[]): void {
    const [name] = words;
    if (name === undefined || words.length !== 1 || this.quorum !== undefined) throw new Refused('policy-form');
    if (name !== 'none' && !this.names.has(name)) throw new Refused('policy-form', name);
    this.quorum = name;
  }

  private name(name: string, member: Member): void {
    if (name === 'none' || this.names.has(name) || this.names.size >= NAMES_MAX) throw new Refused('policy-form', name);
    this.names.set(name, member);
  }

  private async key(text: string, type: number): Promise<Key> {
    const key = await readKey(text);
    const others = [...this.logs, ...this.witnesses()];
    if (key.type !== type) throw new Refused('key-type');
    if (others.length >= NAMES_MAX || others.some((other) => equal(other.bytes, key.bytes)))
      throw new Refused('policy-form');
    return key;
  }

  witnesses(): Key[] {
    return [...this.names.values()].flatMap((member) => ('key' in member ? [member.key] : []));
  }
}

const holds = (names: ReadonlyMap<string, Member>, name: string, signed: readonly Signed[]): boolean => {
  const member = names.get(name);
  if (member === undefined) return false;
  if ('key' in member) return signed.some((one) => equal(one.key.bytes, member.key.bytes));
  return member.members.filter((one) => holds(names, one, signed)).length >= member.needs;
};

const readLines = async (text: string): Promise<Policy> => {
  const reader = new Reader();
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.split(/[ \t]+/).filter((part) => part !== '');
    if (word === undefined || word.startsWith('#')) continue;
    if (word === 'log') await reader.log(rest);
    else if (word === 'witness') await reader.witness(rest);
    else if (word === 'group') reader.group(rest);
    else if (word === 'quorum') reader.quorumIs(rest);
    else throw new Refused('policy-form', word);
  }
  const { quorum, names, logs } = reader;
  if (quorum === undefined || logs.length === 0) throw new Refused('policy-form');
  return {
    logs,
    witnesses: reader.witnesses(),
    reached: (signed) => quorum === 'none' || holds(names, quorum, signed),
  };
};

/** A policy's text, or one verifier key of a log. */
export const readPolicy = async (text: string): Promise<Policy> => {
  const trimmed = text.replace(/\r\n/g, '\n').trim();
  if (trimmed.length > 65536) throw new Refused('too-large');
  return readLines(/^[^\s]+\+[0-9a-f]{8}\+\S+$/u.test(trimmed) ? `log ${trimmed}\nquorum none\n` : trimmed);
};
