// The list of judgements as a live table: newest first, older ones by page, new ones
// as they are recorded, told to who listens a few seconds' worth at a time.
import { getJson, listen, Problem } from './api';
import type { Context } from './context';
import { fill, h } from './dom';
import { askFilters, type Filters, isFiltered, readFilters } from './filters';
import { type Column, badge, button, code, problemNote, ruleLink, table, tableRow, time } from './parts';
import { route } from './route';
import { writePlace } from './router';
import type { Page, Row } from './types';

const PAGE = 50;
const ROWS_MAX = 500;
const ANNOUNCE_MS = 8000;

/** What an entry is that holds no judgement to be shown. */
const kindOf = (row: Row): 'erased' | 'row-file' | 'row-unreadable' =>
  row.erased === true ? 'erased' : row.file === true ? 'row-file' : 'row-unreadable';

const columnsOf = (context: Context): readonly Column<Row>[] => {
  const { words } = context;
  return [
    {
      head: words.t('verdict'),
      cell: (row) =>
        row.verdict === undefined ? h('span', { class: 'quiet' }, words.t(kindOf(row))) : badge(words, row.verdict),
    },
    {
      head: words.t('time'),
      cell: (row) => h('a', { href: writePlace(['judgements', String(row.entry)]) }, time(words, row.time)),
    },
    { head: words.t('act'), word: true, cell: (row) => (row.act === undefined ? '–' : words.t(`act.${row.act}`)) },
    { head: words.t('route'), cell: (row) => (row.act === undefined ? '–' : route(context, row.from, row.to)) },
    {
      head: words.t('data'),
      cell: (row) =>
        (row.categories ?? []).length === 0
          ? '–'
          : h(
              'span',
              { class: 'names' },
              (row.categories ?? []).map((one) => [code(one), ' ']),
            ),
    },
    {
      head: words.t('persons'),
      number: true,
      cell: (row) => (typeof row.persons === 'number' ? words.number(row.persons) : '–'),
    },
    { head: words.t('rules'), cell: (row) => rulesOf(row.rules ?? [], context) },
    {
      head: words.t('gate'),
      cell: (row) => (typeof row.gate === 'string' && row.gate !== '' ? code(row.gate) : '–'),
    },
  ];
};

const rulesOf = (rules: readonly string[], { words }: Context): HTMLElement | string => {
  const [first, ...more] = rules;
  if (first === undefined) return '–';
  return h(
    'span',
    { class: 'names' },
    ruleLink(first),
    more.length > 0 &&
      h('span', { class: 'quiet', title: more.join(', ') }, ` ${words.t('and-more', { n: more.length })}`),
  );
};

export class List {
  private readonly columns: readonly Column<Row>[];
  private readonly place = h('div', { class: 'loaded' });
  private readonly state = h('p', { class: 'live-state quiet' });
  private body: HTMLTableSectionElement | undefined;
  private filters: Filters;
  private ending = new AbortController();
  private newest: number | null = null;
  private next: number | null = null;
  private unsaid = 0;
  private live = true;

  constructor(private readonly context: Context) {
    this.columns = columnsOf(context);
    this.filters = readFilters(context.query);
    context.signal.addEventListener('abort', () => this.ending.abort());
    const timer = setInterval(() => this.say(), ANNOUNCE_MS);
    context.signal.addEventListener('abort', () => clearInterval(timer));
  }

  element(): HTMLElement {
    const { words } = this.context;
    const box = h('input', {
      type: 'checkbox',
      role: 'switch',
      change: () => {
        this.live = box.checked;
        void this.start();
      },
    });
    box.checked = true;
    this.ready = this.start();
    return h(
      'section',
      { 'aria-label': words.t('tab.judgements') },
      h('div', { class: 'bar' }, this.state, h('label', { class: 'switch' }, box, h('span', {}, words.t('live')))),
      this.place,
    );
  }

  ready: Promise<void> = Promise.resolve();

  filter(filters: Filters): void {
    this.filters = filters;
    void this.start();
  }

  private async start(): Promise<void> {
    const { words, announce } = this.context;
    this.ending.abort();
    const ending = (this.ending = new AbortController());
    this.body = undefined;
    this.newest = null;
    this.unsaid = 0;
    this.state.textContent = '';
    this.place.setAttribute('aria-busy', 'true');
    fill(this.place, h('p', { class: 'loading' }, words.t('loading')));
    try {
      const page = await this.fetch(null, ending.signal);
      if (ending.signal.aborted) return;
      this.draw(page);
      announce(words.t('found', { n: page.judgements.length }));
      if (this.live) void this.follow(ending.signal);
    } catch (error) {
      if (ending.signal.aborted) return;
      if (error instanceof Problem && error.status === 401) window.dispatchEvent(new CustomEvent('comity-signed-out'));
      fill(
        this.place,
        problemNote(words, error, () => void this.start()),
      );
    } finally {
      this.place.removeAttribute('aria-busy');
    }
  }

  private fetch(before: number | null, signal: AbortSignal): Promise<Page> {
    const query = askFilters(this.filters);
    query.set('limit', String(PAGE));
    if (before !== null) query.set('before', String(before));
    return getJson<Page>(`/v1/judgements?${query}`, signal);
  }

  private draw(page: Page): void {
    const { words } = this.context;
    this.next = page.next;
    this.newest = page.judgements[0]?.entry ?? null;
    if (page.judgements.length === 0 && page.next === null) {
      fill(this.place, this.empty());
      return;
    }
    const whole = table(words.t('tab.judgements'), this.columns, page.judgements);
    this.body = whole.tBodies[0];
    fill(this.place, h('div', { class: 'card flush' }, whole), this.older());
  }

  private empty(): HTMLElement {
    const { words } = this.context;
    return h(
      'div',
      { class: 'card empty' },
      h('p', {}, words.t(isFiltered(this.filters) ? 'judgements.none-match' : 'judgements.none')),
      !isFiltered(this.filters) && h('p', { class: 'quiet' }, words.t('judgements.none.hint')),
    );
  }

  private older(): HTMLElement {
    const { words } = this.context;
    const box = h('div', { class: 'buttons older' });
    const load = async (): Promise<void> => {
      more.disabled = true;
      try {
        const page = await this.fetch(this.next, this.ending.signal);
        this.next = page.next;
        const rows = page.judgements.map((row) => tableRow(this.columns, row));
        this.body?.append(...rows);
        rows[0]?.querySelector('a')?.focus();
        fill(box, this.next === null ? h('p', { class: 'quiet' }, words.t('judgements.end')) : more);
      } catch (error) {
        if (!this.ending.signal.aborted) fill(box, problemNote(words, error), more);
      } finally {
        more.disabled = false;
      }
    };
    const more = button(words.t('judgements.older'), () => void load());
    fill(box, this.next === null ? h('p', { class: 'quiet' }, words.t('judgements.end')) : more);
    return box;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { words } = this.context;
    await listen(
      askFilters(this.filters),
      this.newest,
      {
        row: (row) => this.take(row),
        state: (connected) => {
          if (signal.aborted) return;
          this.state.textContent = words.t(connected ? 'live.on' : 'live.off');
          this.state.classList.toggle('off', !connected);
        },
      },
      signal,
    );
  }

  private take(row: Row): void {
    if (this.newest !== null && row.entry <= this.newest) return;
    if (this.body === undefined) {
      this.draw({ judgements: [row], next: null, scanned: 0 });
      this.place.querySelector('tbody tr')?.classList.add('new');
    } else {
      const element = tableRow(this.columns, row);
      element.classList.add('new');
      this.body.prepend(element);
      while (this.body.rows.length > ROWS_MAX) {
        this.body.lastElementChild?.remove();
      }
    }
    this.newest = row.entry;
    this.unsaid++;
  }

  // A voice for each row would never stop: what came is told together.
  private say(): void {
    if (this.unsaid > 0) this.context.announce(this.context.words.t('live.new', { n: this.unsaid }));
    this.unsaid = 0;
  }
}
