// One question of the interview, as a form that fits what is asked.
import { chooser, type Option } from './chooser';
import type { Context } from './context';
import { type Child, h } from './dom';
import { factOf, formOf, itemsOf, listOf, namesAsked, namesFor, treeOf } from './interview';
import type { MessageKey } from './i18n';
import { button, code, field, lawText, select } from './parts';
import type { Act, Name, Place, Question, Vocabulary } from './types';

type In = Pick<Context, 'words' | 'states'>;

interface Control {
  readonly elements: readonly Child[];
  /** What the fact becomes; undefined: it stays unknown. */
  readonly value: () => unknown;
}

const partyOf = ({ words }: In, act: Act, side: string): string =>
  words.t(`party.${String(act['act'])}.${side}` as MessageKey);

/** What is asked, in the reader's language. */
export const titleOf = (context: In, act: Act, fact: string): string => {
  const { words } = context;
  const [first, second] = fact.split('.');
  if (fact.startsWith('counts.')) return words.t('fact.counts');
  if ((first === 'from' || first === 'to') && second !== undefined)
    return words.t(`fact.party.${second}` as MessageKey, { party: partyOf(context, act, first) });
  return words.t(`fact.${fact}` as MessageKey);
};

export const placeOptions = ({ states }: In, places: readonly Place[]): Option[] =>
  states.sorted(places).map((place) => ({ value: place.code, label: `${states.name(place.code)} (${place.code})` }));

export const nameOptions = (names: readonly Name[]): Option[] =>
  treeOf(names).map(({ name: { name, label }, depth }) => ({ value: name, label, lang: 'en', depth }));

/** What is chosen is all, unless it is said otherwise. That nothing is the case must be said: it may permit much. */
const completeness = ({ words }: In, choice: HTMLElement): { element: HTMLElement; complete: () => boolean } => {
  const all = h('input', { type: 'radio', name: 'complete', value: 'all', required: true });
  const some = h('input', { type: 'radio', name: 'complete', value: 'some', required: true });
  const chosen = (): void => {
    if (!some.checked) all.checked = true;
  };
  choice.addEventListener('change', chosen);
  if (choice.querySelector('input:checked') !== null) chosen();
  return {
    element: h(
      'fieldset',
      { class: 'radios' },
      h('legend', {}, words.t('complete')),
      h('label', {}, all, h('span', {}, words.t('complete.all'))),
      h('label', {}, some, h('span', {}, words.t('complete.some'))),
    ),
    complete: () => all.checked,
  };
};

const manyOf = (
  context: In,
  legend: string,
  options: readonly Option[],
  act: Act,
  fact: string,
  first: readonly string[],
): Control => {
  const choice = chooser(context.words, legend, options, itemsOf(factOf(act, fact)), first);
  const said = completeness(context, choice.element);
  return { elements: [choice.element, said.element], value: () => listOf(choice.chosen(), said.complete()) };
};

const oneOf = (
  legend: string,
  options: readonly (readonly [string, string])[],
  read: (value: string) => unknown = (value) => value,
): Control => {
  const choice = select([['', '–'], ...options], '');
  return { elements: [field(legend, choice)], value: () => (choice.value === '' ? undefined : read(choice.value)) };
};

const typed = (
  legend: string,
  attributes: Record<string, string | number>,
  read: (text: string) => unknown,
): Control => {
  const input = h('input', { autocomplete: 'off', ...attributes });
  return {
    elements: [field(legend, input)],
    value: () => (input.value.trim() === '' ? undefined : read(input.value.trim())),
  };
};

const rowsOf = (context: In, row: () => { element: HTMLElement; value: () => unknown }): Control => {
  const rows: (() => unknown)[] = [];
  const list = h('div', { class: 'rows' });
  const add = (): void => {
    const { element, value } = row();
    rows.push(value);
    list.append(element);
  };
  add();
  const said = completeness(context, list);
  return {
    elements: [list, button(context.words.t('row.add'), add), said.element],
    value: () => {
      const found: unknown[] = rows.map((value) => value()).filter((value) => value !== undefined);
      if (said.complete()) return found;
      return found.length === 0 ? undefined : [...found, '...'];
    },
  };
};

const stateChoice = (context: In, vocabulary: Vocabulary): HTMLSelectElement =>
  select(
    [['', '–'], ...placeOptions(context, vocabulary.states).map(({ value, label }) => [value, label] as const)],
    '',
  );

const ownersControl = (context: In, vocabulary: Vocabulary): Control =>
  rowsOf(context, () => {
    const state = stateChoice(context, vocabulary);
    const percent = h('input', { type: 'number', min: 0, max: 100, step: 0.01 });
    return {
      element: h(
        'div',
        { class: 'fields' },
        field(context.words.t('state'), state),
        field(context.words.t('percent'), percent),
      ),
      value: () =>
        state.value === ''
          ? undefined
          : { state: state.value, ...(percent.value === '' ? {} : { percent: Number(percent.value) }) },
    };
  });

const receivedControl = (context: In, vocabulary: Vocabulary): Control =>
  rowsOf(context, () => {
    const state = stateChoice(context, vocabulary);
    const paper = select([['', '–'], ...vocabulary.papers.map(({ name, label }) => [name, label] as const)], '');
    return {
      element: h(
        'div',
        { class: 'fields' },
        field(context.words.t('state'), state),
        field(context.words.t('paper'), paper),
      ),
      value: () =>
        state.value === '' ? undefined : { from: state.value, ...(paper.value === '' ? {} : { paper: paper.value }) },
    };
  });

const paperControl = (context: In, vocabulary: Vocabulary, act: Act): Control => {
  const { words } = context;
  const kind = select([['', '–'], ...vocabulary.papers.map(({ name, label }) => [name, label] as const)], '');
  const under = select(
    [
      ['', '–'],
      ...placeOptions(context, [...vocabulary.states, ...vocabulary.unions]).map(
        ({ value, label }) => [value, label] as const,
      ),
    ],
    '',
  );
  const by = h('input', { autocomplete: 'off', maxlength: 200 });
  const result = h('input', { autocomplete: 'off', maxlength: 200 });
  const text = (name: string, value: string) => (value.trim() === '' ? {} : { [name]: value.trim() });
  return {
    elements: [
      h(
        'div',
        { class: 'fields' },
        field(words.t('paper'), kind),
        field(words.t('paper.under'), under),
        field(words.t('paper.by'), by),
        field(words.t('paper.result'), result),
      ),
    ],
    value: () =>
      kind.value === ''
        ? undefined
        : [
            ...(Array.isArray(act['papers']) ? (act['papers'] as unknown[]) : []),
            {
              kind: kind.value,
              ...text('under', under.value),
              ...text('by', by.value),
              ...text('result', result.value),
            },
          ],
  };
};

const controlFor = (
  context: In,
  act: Act,
  fact: string,
  questions: readonly Question[],
  vocabulary: Vocabulary,
): Control => {
  const { words } = context;
  const names = namesFor(fact, vocabulary);
  const legend = titleOf(context, act, fact);
  switch (formOf(fact)) {
    case 'names':
      return manyOf(context, legend, nameOptions(names), act, fact, namesAsked(fact, questions, names));
    case 'places':
      return manyOf(
        context,
        legend,
        placeOptions(
          context,
          fact.endsWith('subject_to') ? [...vocabulary.states, ...vocabulary.unions] : vocabulary.states,
        ),
        act,
        fact,
        [],
      );
    case 'name':
      return oneOf(
        legend,
        names.map(({ name, label }) => [name, label] as const),
      );
    case 'place':
      return oneOf(
        legend,
        placeOptions(context, vocabulary.states).map(({ value, label }) => [value, label] as const),
      );
    case 'channel':
      return oneOf(
        legend,
        (['direct', 'judicial-assistance', 'treaty', 'voluntary'] as const).map(
          (one) => [one, words.t(`channel.${one}`)] as const,
        ),
      );
    case 'yes-no':
      return oneOf(
        legend,
        [
          ['yes', words.t('yes')],
          ['no', words.t('no')],
        ],
        (value) => value === 'yes',
      );
    case 'number':
      return typed(legend, { type: 'number', min: 0, max: 1e15, step: 1 }, Number);
    case 'owners':
      return ownersControl(context, vocabulary);
    case 'received':
      return receivedControl(context, vocabulary);
    case 'paper':
      return paperControl(context, vocabulary, act);
    case 'text':
    case 'unknown':
      return typed(legend, { maxlength: 500 }, (text) => text);
  }
};

/** The form. `answer` gets the fact's new value; `skip` is called when it is not known. */
export const questionForm = (
  context: In,
  act: Act,
  fact: string,
  questions: readonly Question[],
  vocabulary: Vocabulary,
  answer: (value: unknown) => void,
  skip: () => void,
): HTMLElement => {
  const { words } = context;
  const control = controlFor(context, act, fact, questions, vocabulary);
  const about = questions.filter((question) => question.fact === fact);
  const send = (event: Event): void => {
    event.preventDefault();
    const value = control.value();
    if (value === undefined) skip();
    else answer(value);
  };
  return h(
    'form',
    { class: 'question', submit: send },
    h(
      'details',
      { class: 'asked' },
      h('summary', {}, words.t('interview.asked', { n: about.length })),
      h(
        'ul',
        {},
        about.slice(0, 20).map((question) => h('li', {}, lawText(question.ask))),
      ),
      h('p', {}, code(fact)),
    ),
    control.elements,
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'submit', class: 'primary' }, words.t('interview.answer')),
      button(words.t('interview.skip'), skip),
    ),
  );
};
