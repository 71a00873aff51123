// The rules of the interview: which fact a question is about, which names it asks
// for, and what an act becomes by an answer. Nothing here draws or fetches.
import type { Act, Name, Question, Vocabulary } from './types';

/** How a fact is answered. */
export type Form =
  | 'names'
  | 'places'
  | 'name'
  | 'place'
  | 'number'
  | 'text'
  | 'yes-no'
  | 'channel'
  | 'owners'
  | 'received'
  | 'paper'
  | 'unknown';

type ListName = 'kinds' | 'certificates' | 'categories' | 'purposes' | 'deals' | 'circumstances' | 'safeguards';

const forms: Readonly<Record<string, readonly [Form, ListName?]>> = {
  'from.kinds': ['names', 'kinds'],
  'to.kinds': ['names', 'kinds'],
  'from.certified': ['names', 'certificates'],
  'to.certified': ['names', 'certificates'],
  'from.subject_to': ['places'],
  'to.subject_to': ['places'],
  'from.state': ['place'],
  'to.state': ['place'],
  'from.owners': ['owners'],
  'to.owners': ['owners'],
  'from.name': ['text'],
  'to.name': ['text'],
  'data.categories': ['names', 'categories'],
  'data.origin': ['places'],
  'data.location': ['places'],
  'data.subjects': ['places'],
  'data.people': ['number'],
  'data.received': ['received'],
  via: ['places'],
  purposes: ['names', 'purposes'],
  deal: ['name', 'deals'],
  circumstances: ['names', 'circumstances'],
  safeguards: ['names', 'safeguards'],
  'demand.channel': ['channel'],
  'demand.basis': ['text'],
  'demand.binding': ['yes-no'],
  papers: ['paper'],
};

export const formOf = (fact: string): Form => (fact.startsWith('counts.') ? 'number' : (forms[fact]?.[0] ?? 'unknown'));

export const namesFor = (fact: string, vocabulary: Vocabulary): readonly Name[] => {
  const list = forms[fact]?.[1];
  return list === undefined ? [] : vocabulary[list];
};

/** The first fact that is asked about and can be answered here, and has not been passed over. */
export const nextFact = (questions: readonly Question[], skipped: ReadonlySet<string>): string | undefined =>
  questions.map((question) => question.fact).find((fact) => !skipped.has(fact) && formOf(fact) !== 'unknown');

/** Names whose words stand in the questions on a fact: the longest that fits each question. */
export const namesAsked = (fact: string, questions: readonly Question[], names: readonly Name[]): string[] => {
  const asked = new Set<string>();
  for (const question of questions) {
    if (question.fact !== fact) continue;
    const fitting = names
      .filter((name) => question.ask.includes(name.label))
      .sort((a, b) => b.label.length - a.label.length);
    if (fitting[0] !== undefined) asked.add(fitting[0].name);
  }
  return [...asked];
};

/** Names below their first parent, each once, those with the most below them first. */
export const treeOf = (names: readonly Name[]): { name: Name; depth: number }[] => {
  const below = new Map<string, Name[]>();
  for (const name of names) {
    const parent = name.parents?.[0] ?? '';
    below.set(parent, [...(below.get(parent) ?? []), name]);
  }
  const size = (name: Name): number => (below.get(name.name) ?? []).reduce((sum, child) => sum + 1 + size(child), 0);
  const walk = (parent: string, depth: number): { name: Name; depth: number }[] =>
    [...(below.get(parent) ?? [])]
      .sort((a, b) => size(b) - size(a))
      .flatMap((name) => [{ name, depth }, ...walk(name.name, depth + 1)]);
  return walk('', 0);
};

const partsOf = (fact: string): [string, string?] => {
  const at = fact.indexOf('.');
  return at < 0 ? [fact] : [fact.slice(0, at), fact.slice(at + 1)];
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectAt = (act: Act, name: string): Record<string, unknown> => {
  const value = act[name];
  if (typeof value === 'string') return { state: value };
  return isObject(value) ? value : {};
};

export const factOf = (act: Act, fact: string): unknown => {
  const [first, second] = partsOf(fact);
  return second === undefined ? act[first] : objectAt(act, first)[second];
};

/** The act with one fact more, or other, or taken away. The act itself stays as it is. */
export const withFact = (act: Act, fact: string, value: unknown): Act => {
  const [first, second] = partsOf(fact);
  const without = (object: Record<string, unknown>, name: string) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  if (second === undefined) return value === undefined ? without(act, first) : { ...act, [first]: value };
  const inner = objectAt(act, first);
  const changed = value === undefined ? without(inner, second) : { ...inner, [second]: value };
  if (Object.keys(changed).length === 0) return without(act, first);
  return { ...act, [first]: changed };
};

export const OPEN = '...';

/** A list as it is written: complete, or "at least these". Nothing and open says nothing. */
export const listOf = (items: readonly string[], complete: boolean): string[] | undefined =>
  complete ? [...items] : items.length === 0 ? undefined : [...items, OPEN];

export const itemsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item): item is string => typeof item === 'string' && item !== OPEN)
      : [];

/** "At least these". */
export const isOpen = (value: unknown): boolean => Array.isArray(value) && value.includes(OPEN);

export interface Paper {
  readonly kind: string;
  readonly [member: string]: unknown;
}

const members: Readonly<Record<string, string>> = { under: 'under', by: 'by', about: 'ref', result: 'result' };

/** Where the act says that something or somebody is: `location`, `importer`; states whose part is not known are states. */
const placesOf = (act: Act, whose: string): string[] => {
  const listed = ['origin', 'location', 'subjects'].includes(whose);
  const side = ['exporter', 'holder', 'persons', 'operator', 'provider'].includes(whose) ? 'from' : 'to';
  const party = act[side];
  const places = listed
    ? objectAt(act, 'data')[whose]
    : whose === 'transit'
      ? act['via']
      : typeof party === 'string'
        ? party
        : objectAt(act, side)['state'];
  return [...new Set(itemsOf(places).map((code) => code.replace(/-\?$/, '')))];
};

/**
 * "authority-permission under CN by CN.CAC result passed" as the paper that it is. One under the law of places is
 * under that of those the act names.
 */
export const paperOf = (expression: string, act: Act = {}): Paper => {
  const law = / under law of (\S+)(?: outside state of \S+)?/.exec(expression);
  const [kind = '', ...words] = expression.replace(law?.[0] ?? '', '').split(' ');
  const places = law === null ? [] : placesOf(act, law[1] ?? '');
  const under = places.length === 0 ? {} : { under: places.length === 1 ? places[0] : places };
  const paper: Record<string, unknown> & { kind: string } = { kind, ...under };
  for (let i = 0; i + 1 < words.length; i++) {
    const member = members[words[i] ?? ''];
    if (member !== undefined && paper[member] === undefined) paper[member] = words[++i] ?? '';
  }
  return paper;
};

const samePaper = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The act with what a way asks for: a safeguard if it is one, else a paper. */
export const withHeld = (act: Act, expression: string, vocabulary: Vocabulary): Act => {
  if (vocabulary.safeguards.some((one) => one.name === expression)) {
    return withFact(act, 'safeguards', [...new Set([...itemsOf(act['safeguards']), expression])]);
  }
  const held = Array.isArray(act['papers']) ? (act['papers'] as unknown[]) : [];
  const paper = paperOf(expression, act);
  return held.some((one) => samePaper(one, paper)) ? act : withFact(act, 'papers', [...held, paper]);
};

/** All that an act says, fact by fact, in the order in which it was said. */
export const factsOf = (act: Act): [fact: string, value: unknown][] =>
  Object.entries(act).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'from' || name === 'to' || name === 'data' || name === 'demand' || name === 'counts') {
      return Object.entries(objectAt(act, name)).map(([inner, one]) => [`${name}.${inner}`, one]);
    }
    return [[name, value]];
  });
