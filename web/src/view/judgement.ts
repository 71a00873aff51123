// One judgement: its explanation whole, the act as it is kept, and its proof.
import { getText } from '../api';
import type { View } from '../context';
import { type Child, h } from '../dom';
import { explained, verdictBanner } from '../explain';
import { memberText, readable } from '../json';
import { button, card, code, facts, heading, lawText, loaded, note, stateCode, moment } from '../parts';
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
  const number = rest[0] ?? '';
  main.append(
    h('p', { class: 'crumbs' }, h('a', { href: writePlace(['judgements']) }, words.t('tab.judgements'))),
    heading(words.t('judgement.title', { entry: number })),
  );
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(number)) {
    main.append(note(words.t('problem.404'), 'bad'));
    return;
  }
  main.append(
    loaded(
      context,
      () => getText(`/v1/judgements/${number}`, signal),
      (text) => {
        const entry = JSON.parse(text) as Entry;
        const { judgement, act } = entry;
        const untold = note(words.t('judgement.untold', { version: entry.evaluator }), 'warn');
        return [
          judgement === null ? untold : verdictBanner(context, judgement),
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
          judgement !== null && explained(context, judgement),
          judgement !== null && me.record && proofCard(context, number, memberText(text, 'judgement') ?? ''),
          actCard(entry, memberText(text, 'act') ?? '{}', words),
          entry.explained !== null &&
            h(
              'details',
              { class: 'card' },
              h('summary', {}, h('h2', {}, words.t('in-words'))),
              lawText(entry.explained.words, 'pre'),
            ),
        ];
      },
    ),
  );
};
