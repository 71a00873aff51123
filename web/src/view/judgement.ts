// One judgement: its explanation whole, the act as it is kept, and its proof.
import { getText } from '../api';
import type { View } from '../context';
import { type Child, h } from '../dom';
import { explained as told, inWords, verdictBanner } from '../explain';
import { memberText, readable } from '../json';
import { entryName, inLog, isLog } from '../logs';
import { button, card, code, facts, heading, loaded, note, stateCode, moment } from '../parts';
import { proofCard } from '../proof-card';
import { route } from '../route';
import { writePlace } from '../router';
import type { Act, Entry } from '../types';
import { beginWith } from './ask';

const stateOf = (party: unknown): string | null => {
  if (typeof party === 'string') return party;
  const state = typeof party === 'object' && party !== null ? (party as { state?: unknown }).state : undefined;
  return typeof state === 'string' ? state : null;
};

const actCard = (entry: Entry, text: string, words: Parameters<View>[0]['words']): Child => {
  const again = (act: Act) => {
    beginWith(act);
    location.hash = writePlace(['ask']);
  };
  return card(
    words.t('act.kept'),
    h('p', { class: 'quiet' }, words.t('act.kept.intro')),
    h('pre', { dir: 'ltr', tabindex: '0', role: 'group', 'aria-label': words.t('act.kept') }, readable(text)),
    button(words.t('ask.again'), () => again(entry.act)),
  );
};

export const judgementView: View = (context) => {
  const { words, main, rest, signal, me } = context;
  // #/judgements/17 or, where every year has a log, #/judgements/2026/17
  const [number = '', log = null] = [...rest].reverse();
  main.append(
    h('p', { class: 'crumbs' }, h('a', { href: writePlace(['judgements']) }, words.t('tab.judgements'))),
    heading(words.t('judgement.title', { entry: entryName(log, number) })),
  );
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(number) || rest.length > 2 || (log !== null && !isLog(log))) {
    main.append(note(words.t('problem.404'), 'bad'));
    return;
  }
  main.append(
    loaded(
      context,
      () => getText(inLog(`/v1/judgements/${number}`, log), signal),
      (text) => {
        const entry = JSON.parse(text) as Entry;
        const { judgement, act, explained } = entry;
        const untold = note(words.t('judgement.untold', { version: entry.evaluator }), 'warn');
        return [
          judgement === null || explained === null ? untold : verdictBanner(context, judgement, explained.remedy),
          card(
            null,
            facts([
              [words.t('act'), words.t(`act.${String(act['act'])}` as 'act.transfer')],
              [words.t('route'), route(context, stateOf(act['from']), stateOf(act['to']))],
              [words.t('recorded'), moment(words, entry.time)],
              [words.t('law-of'), judgement === null ? '–' : words.day(judgement.on)],
              [
                words.t('touched'),
                judgement === null
                  ? '–'
                  : h(
                      'ul',
                      { class: 'inline' },
                      judgement.touched.map((state) => h('li', {}, stateCode(context, state))),
                    ),
              ],
              [words.t('gate'), entry.gate === null || entry.gate === undefined ? '–' : code(entry.gate)],
              [words.t('version'), code(entry.evaluator)],
              [words.t('image'), h('span', { class: 'hash' }, code(entry.law))],
            ]),
            entry.reason !== undefined && h('p', { class: 'quiet' }, code(entry.reason)),
          ),
          judgement !== null && explained !== null && told(context, judgement, explained.remedy),
          judgement !== null &&
            me.record &&
            proofCard(context, entry.log ?? null, number, memberText(text, 'judgement') ?? ''),
          actCard(entry, memberText(text, 'act') ?? '{}', words),
          explained !== null && inWords(context, explained.words),
        ];
      },
    ),
  );
};
