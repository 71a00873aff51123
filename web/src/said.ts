// What an act says, fact by fact, in the reader's words, and the act without it.
import { type Context } from './context';
import { factsOf, namesFor, OPEN, withFact } from './interview';
import { titleOf } from './question';
import type { Act, Name, Vocabulary } from './types';

type In = Pick<Context, 'words' | 'states'>;

export interface Said {
  readonly fact: string;
  readonly title: string;
  readonly text: string;
  /** The act that does not say it. */
  readonly without: Act;
}

const labelOf = (names: readonly Name[], name: string): string => names.find((one) => one.name === name)?.label ?? name;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands in it is a name, a place, a number, or made of these. */
const textOf = (context: In, fact: string, value: unknown, names: Vocabulary): string => {
  const { words, states } = context;
  if (typeof value === 'number') return words.number(value);
  if (typeof value === 'boolean') return words.t(value ? 'yes' : 'no');
  if (value === OPEN) return words.t('complete.some');
  if (Array.isArray(value)) {
    return value.length === 0
      ? words.t('none-of-them')
      : words.list(value.map((one: unknown) => textOf(context, fact, one, names)));
  }
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, one]) => textOf(context, `${fact}.${key}`, one, names))
      .join(', ');
  }
  const text = String(value);
  if (fact === 'papers.kind' || fact.endsWith('.paper')) return labelOf(names.papers, text);
  if (fact === 'demand.channel') return words.t(`channel.${text}` as 'channel.direct');
  const label = labelOf(namesFor(fact, names), text);
  return label !== text || states.kind(text) === 'agreements' ? label : `${states.name(text)} (${text})`;
};

/** Papers and safeguards one by one, for each may turn out not to be held. */
const listed = ['papers', 'safeguards'];

/** All that it says but its kind. */
export const saidOf = (context: In, act: Act, names: Vocabulary): Said[] =>
  factsOf(act)
    .filter(([fact]) => fact !== 'act' && fact !== 'id')
    .flatMap(([fact, value]): Said[] => {
      const title = fact === 'on' ? context.words.t('ask.on') : titleOf(context, act, fact);
      const all = listed.includes(fact) && Array.isArray(value) ? (value as unknown[]) : [];
      if (all.length === 0)
        return [{ fact, title, text: textOf(context, fact, value, names), without: withFact(act, fact, undefined) }];
      return all.map((one, i) => {
        const rest = all.filter((_, j) => j !== i);
        const left = rest.length === 0 || rest.every((other) => other === OPEN) ? undefined : rest;
        return { fact, title, text: textOf(context, fact, one, names), without: withFact(act, fact, left) };
      });
    });
