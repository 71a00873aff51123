// Parts that views are made of: badges, tables, cards, links, and the three states
// of what is fetched: under way, there, failed, each told in words.
import { Problem, signOutIf } from './api';
import type { Context } from './context';
import { type Child, fill, h, newId, svg } from './dom';
import type { MessageKey, Words } from './i18n';
import { writePlace } from './router';
import type { Verdict } from './types';

const shapes: Readonly<Record<Verdict, string>> = {
  permit:
    'M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2Zm3.3 5.2-4 4.2a.8.8 0 0 1-1.2 0L4.6 9a.8.8 0 0 1 1.2-1.1l.9 1 3.4-3.6a.8.8 0 0 1 1.2 1.1Z',
  conditional: 'M8 1 15.4 14.4H.6L8 1Zm-.8 4.7v4.2h1.6V5.7H7.2Zm0 5.2v1.6h1.6v-1.6H7.2Z',
  undetermined:
    'M8 .6 15.4 8 8 15.4.6 8 8 .6Zm-.1 3.7c-1.4 0-2.3.8-2.4 2h1.5c0-.5.4-.8.9-.8s.9.3.9.7c0 .5-.3.7-.8 1-.6.4-.9.8-.9 1.6v.2h1.5v-.1c0-.5.2-.7.8-1.1.6-.4 1-.9 1-1.7 0-1.1-1-1.8-2.5-1.8ZM7.1 9.7v1.6h1.6V9.7H7.1Z',
  refuse:
    'M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5L5 .8Zm.9 4L4.8 5.9 6.9 8l-2.1 2.1 1.1 1.1L8 9.1l2.1 2.1 1.1-1.1L9.1 8l2.1-2.1-1.1-1.1L8 6.9 5.9 4.8Z',
};

export const shape = (verdict: Verdict): SVGElement =>
  svg(
    'svg',
    { class: 'shape', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: shapes[verdict], 'fill-rule': 'evenodd' }),
  );

/** A shape, a word and a colour: any one of them is enough. */
export const badge = (words: Words, verdict: Verdict, size: 'small' | 'large' = 'small'): HTMLElement =>
  h('span', { class: `badge ${verdict} ${size}` }, shape(verdict), h('span', {}, words.t(`verdict.${verdict}`)));

export const chip = (text: string, kind = ''): HTMLElement => h('span', { class: `chip ${kind}` }, text);

/** Names that stand in law and acts: the same in every language. */
export const code = (text: string): HTMLElement => h('code', { dir: 'ltr', translate: 'no' }, text);

/** What law files say, which is in English whatever the page speaks. */
export const lawText = (text: string, element: 'span' | 'p' | 'pre' = 'span'): HTMLElement =>
  h(element, { lang: 'en', dir: element === 'pre' ? 'ltr' : 'auto' }, text);

/** A name that may be broken behind its dots. */
export const ruleLink = (rule: string): HTMLElement =>
  h(
    'a',
    { href: writePlace(['law', rule]), class: 'rule', dir: 'ltr', translate: 'no' },
    rule.split(/(?<=\.)/).map((part, i) => [i > 0 && h('wbr'), part]),
  );

export const stateCode = (context: Pick<Context, 'states'>, state: string): HTMLElement =>
  h(
    'span',
    { class: 'state' },
    h('bdi', {}, context.states.name(state)),
    ' ',
    h('span', { class: 'quiet', dir: 'ltr' }, state),
  );

export const time = (words: Words, text: string): HTMLElement =>
  h('time', { datetime: text, title: text }, words.time(text));

/** The same with its zone, where it is evidence. */
export const moment = (words: Words, text: string): HTMLElement =>
  h('time', { datetime: text, title: text }, words.moment(text));

export const heading = (text: string, ...more: readonly Child[]): HTMLElement =>
  h('div', { class: 'heading' }, h('h1', { tabindex: '-1' }, text), ...more);

export const card = (title: string | null, ...children: readonly Child[]): HTMLElement => {
  if (title === null) return h('div', { class: 'card' }, ...children);
  const id = newId('card');
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), ...children);
};

export const note = (text: string, kind: 'info' | 'warn' | 'bad' | 'good' = 'info'): HTMLElement =>
  h('p', { class: `note ${kind}` }, text);

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => Child;
  readonly number?: boolean;
  /** One word, which is not broken. */
  readonly word?: boolean;
  /** Says which row it is; else the first does. */
  readonly header?: boolean;
}

export const tableRow = <T>(columns: readonly Column<T>[], row: T): HTMLTableRowElement => {
  const header = Math.max(
    0,
    columns.findIndex((column) => column.header === true),
  );
  return h(
    'tr',
    { role: 'row' },
    columns.map((column, i) =>
      h(
        i === header ? 'th' : 'td',
        {
          role: i === header ? 'rowheader' : 'cell',
          scope: i === header ? 'row' : undefined,
          'data-head': column.head,
          class: column.number === true ? 'number' : column.word === true ? 'word' : undefined,
        },
        h('div', { class: 'cell' }, column.cell(row)),
      ),
    ),
  );
};

/** A real table. On a phone its rows are cards; the roles keep it a table for those who hear it. */
export const table = <T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): HTMLTableElement =>
  h(
    'table',
    { role: 'table' },
    h('caption', { class: 'unseen' }, caption),
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        columns.map((column) =>
          h(
            'th',
            { role: 'columnheader', scope: 'col', class: column.number === true ? 'number' : undefined },
            column.head,
          ),
        ),
      ),
    ),
    h(
      'tbody',
      { role: 'rowgroup' },
      rows.map((row) => tableRow(columns, row)),
    ),
  );

export const facts = (pairs: readonly (readonly [string, Child])[]): HTMLElement =>
  h(
    'dl',
    { class: 'facts' },
    pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );

export const field = (label: string, input: HTMLElement, hint?: string): HTMLElement => {
  const id = newId('field');
  input.id = id;
  if (hint === undefined) return h('div', { class: 'field' }, h('label', { for: id }, label), input);
  input.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    h('p', { class: 'hint', id: `${id}-hint` }, hint),
  );
};

export const select = (
  options: readonly (readonly [string, string])[],
  value: string,
  change?: () => void,
): HTMLSelectElement => {
  const element = h(
    'select',
    change === undefined ? {} : { change },
    options.map(([key, text]) => h('option', { value: key }, text)),
  );
  element.value = value;
  return element;
};

export const button = (text: string, click: () => void, kind = ''): HTMLButtonElement =>
  h('button', { type: 'button', class: kind, click }, text);

/** Behind the first `shown` of many: a button that adds `step` more, until all are there. The focus goes to what came. */
export const further = (
  label: string,
  { shown, total, step }: { readonly shown: number; readonly total: number; readonly step: number },
  add: (from: number, to: number) => readonly HTMLElement[],
): HTMLElement | null => {
  let at = shown;
  const box = h('div', { class: 'buttons older' });
  const more = (): void => {
    const to = Math.min(total, at + step);
    const first = add(at, to)[0];
    at = to;
    if (at >= total) fill(box);
    const target = first?.querySelector('a') ?? first;
    if (target !== undefined && target === first) target.tabIndex = -1;
    target?.focus();
  };
  fill(box, button(label, more));
  return at < total ? box : null;
};

/** The same for a table, which has its first rows already. */
export const furtherRows = <T>(
  label: string,
  whole: HTMLTableElement,
  columns: readonly Column<T>[],
  rows: readonly T[],
  step: number,
): HTMLElement | null => {
  const body = whole.tBodies[0];
  return further(label, { shown: body?.rows.length ?? 0, total: rows.length, step }, (from, to) => {
    const added = rows.slice(from, to).map((row) => tableRow(columns, row));
    body?.append(...added);
    return added;
  });
};

export const problemText = (words: Words, error: unknown): string => {
  if (!(error instanceof Problem)) return words.t('problem.unknown');
  const known: Readonly<Record<number, MessageKey>> = {
    0: 'problem.away',
    400: 'problem.400',
    401: 'problem.401',
    403: 'problem.403',
    404: 'problem.404',
    410: 'problem.410',
    413: 'problem.413',
    503: 'problem.503',
  };
  const key = known[error.status];
  return key === undefined ? words.t('problem.other', { status: error.status }) : words.t(key);
};

export const problemNote = (words: Words, error: unknown, again?: () => void): HTMLElement =>
  h(
    'div',
    { class: 'note bad', role: 'alert' },
    h('p', {}, problemText(words, error)),
    error instanceof Problem &&
      error.detail !== '' &&
      h('p', { class: 'quiet', lang: 'en', dir: 'auto' }, error.detail),
    again !== undefined && button(words.t('again'), again),
  );

/** The focus stays here when what has it is about to go. */
const keepFocus = (place: HTMLElement): void => {
  if (!place.contains(document.activeElement)) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
};

/** Fetches and draws into a place of its own, which says in words how far that is. */
export const loaded = <T>(context: Context, fetched: () => Promise<T>, draw: (value: T) => Child): HTMLElement => {
  const place = h('div', { class: 'loaded' });
  const run = async (): Promise<void> => {
    place.setAttribute('aria-busy', 'true');
    keepFocus(place);
    fill(place, h('p', { class: 'loading' }, context.words.t('loading')));
    try {
      const value = await fetched();
      if (!context.signal.aborted) fill(place, draw(value));
    } catch (error) {
      if (context.signal.aborted) return;
      signOutIf(error);
      if (!(error instanceof Problem)) console.error(error);
      fill(
        place,
        problemNote(context.words, error, () => void run()),
      );
    } finally {
      place.removeAttribute('aria-busy');
    }
  };
  void run();
  return place;
};
