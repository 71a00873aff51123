// The list of judgements as a live table: newest first, older ones by page, new ones
// as they are recorded, told to who listens a few seconds' worth at a time. Rows do
// not move under who reads or points at them: what is new waits, and is offered.
import { follow, getJson, Problem, signOutIf } from './api';
import type { Context } from './context';
import { fill, h } from './dom';
import { askFilters, type Filters, isFiltered, readFilters } from './filters';
import { type Cursor, cursorOf, entryName, entryPlace, logOf } from './logs';
import { type Column, badge, button, code, problemNote, ruleLink, table, tableRow, time } from './parts';
import { route } from './route';
import type { Page, Row } from './types';
import { inFront, pause, whileInFront } from './waiting';

const PAGE = 50;
const ROWS_MAX = 100;
const RENEW_MS = 1000;
/** When all is new, nothing need be made out as new. */
const GLOWING_MAX = 10;
const ANNOUNCE_MS = 8000;
const RETRY_MS_MAX = 30000;
/** Answers without any row after which the reader is asked whether to look further. */
const EMPTY_MAX = 10;

/** Entries that there were when a list from the newest on was answered. */
const sizeOf = (page: Page): number => (page.next ?? 0) + page.scanned;

/** Nothing to try again. */
const isFinal = (error: unknown): boolean => error instanceof Problem && error.status >= 400 && error.status < 500;

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
      header: true,
      cell: (row) =>
        h(
          'a',
          { href: entryPlace(logOf(row), row.entry) },
          h(
            'span',
            { class: 'unseen' },
            `${words.t('judgement.title', { entry: entryName(logOf(row), row.entry) })}, `,
          ),
          time(words, row.time),
        ),
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

const lastOf = (page: Page): string | null =>
  sizeOf(page) === 0 ? null : entryName(page.log ?? null, sizeOf(page) - 1);

/** What a search found, and the last entry that there was when it began. */
interface Found {
  readonly rows: readonly Row[];
  readonly next: Cursor | null;
  readonly scanned: number;
  readonly last: string | null;
}

export class List {
  private readonly columns: readonly Column<Row>[];
  private readonly place = h('div', { class: 'loaded' });
  private readonly state = h('p', { class: 'live-state quiet' });
  private readonly fresh = h('div', { class: 'fresh' });
  private body: HTMLTableSectionElement | undefined;
  private filters: Filters;
  private ending = new AbortController();
  private rows: Row[] = []; // as they stand in the table
  private waiting: Row[] = []; // newest first
  private behind = false; // there are more than wait
  private after: string | null = null;
  private next: Cursor | null = null;
  private unsaid = 0;
  private live = true;

  constructor(private readonly context: Context) {
    this.columns = columnsOf(context);
    this.filters = readFilters(context.query);
    const timers = [setInterval(() => this.say(), ANNOUNCE_MS), setInterval(() => this.renew(), RENEW_MS)];
    context.signal.addEventListener('abort', () => {
      this.ending.abort();
      timers.forEach((timer) => clearInterval(timer));
    });
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
    void this.start();
    return h(
      'section',
      { 'aria-label': words.t('tab.judgements') },
      h('div', { class: 'bar' }, this.state, h('label', { class: 'switch' }, box, h('span', {}, words.t('live')))),
      this.fresh,
      this.place,
    );
  }

  filter(filters: Filters): void {
    this.filters = filters;
    void this.start();
  }

  private async start(): Promise<void> {
    const { words, announce } = this.context;
    this.ending.abort();
    const ending = (this.ending = new AbortController());
    this.unsaid = 0;
    this.state.textContent = '';
    this.place.setAttribute('aria-busy', 'true');
    this.forget();
    fill(this.place, h('p', { class: 'loading' }, words.t('loading')));
    try {
      const found = await this.search(null, ending.signal);
      this.draw(found);
      this.after = found.last;
      announce(words.t('found', { n: found.rows.length }));
      if (this.live) void this.follow(ending.signal);
    } catch (error) {
      if (ending.signal.aborted) return;
      signOutIf(error);
      fill(
        this.place,
        problemNote(words, error, () => void this.start()),
      );
    } finally {
      if (!ending.signal.aborted) this.place.removeAttribute('aria-busy');
    }
  }

  /** A page with something in it, if there is something to be found in ten answers. */
  private async search(from: Cursor | null, signal: AbortSignal): Promise<Found> {
    let page = await this.fetch(from, signal);
    const last = lastOf(page);
    let { scanned } = page;
    for (let i = 1; i < EMPTY_MAX && page.judgements.length === 0 && cursorOf(page) !== null; i++) {
      page = await this.fetch(cursorOf(page), signal);
      scanned += page.scanned;
    }
    return { rows: page.judgements, next: cursorOf(page), scanned, last };
  }

  private async fetch(from: Cursor | null, signal: AbortSignal): Promise<Page> {
    const query = askFilters(this.filters);
    query.set('limit', String(PAGE));
    if (typeof from?.log === 'string') query.set('log', from.log);
    if (typeof from?.before === 'number') query.set('before', String(from.before));
    const page = await getJson<Page>(`/v1/judgements?${query}`, signal);
    signal.throwIfAborted();
    return page;
  }

  // ---- the table ----

  private forget(): void {
    this.body = undefined;
    this.rows = [];
    this.waiting = [];
    this.behind = false;
    fill(this.fresh);
  }

  private draw(found: Pick<Found, 'rows' | 'next' | 'scanned'>): void {
    const { words } = this.context;
    this.forget();
    this.next = found.next;
    if (found.rows.length === 0) {
      fill(this.place, this.empty(found), found.next !== null && this.older());
      return;
    }
    const whole = table(words.t('tab.judgements'), this.columns, found.rows);
    this.body = whole.tBodies[0];
    this.rows = [...found.rows];
    fill(this.place, h('div', { class: 'card flush' }, whole), this.older());
  }

  private empty(found: Pick<Found, 'next' | 'scanned'>): HTMLElement {
    const { words } = this.context;
    const filtered = isFiltered(this.filters);
    const text =
      found.next !== null
        ? words.t('judgements.none-yet', { n: found.scanned })
        : words.t(filtered ? 'judgements.none-match' : 'judgements.none');
    return h(
      'div',
      { class: 'card empty' },
      h('p', {}, text),
      !filtered && h('p', { class: 'quiet' }, words.t('judgements.none.hint')),
    );
  }

  private older(): HTMLElement {
    const { words, announce } = this.context;
    const box = h('div', { class: 'buttons older' });
    const load = async (): Promise<void> => {
      if (box.hasAttribute('aria-busy')) return;
      box.setAttribute('aria-busy', 'true');
      said.textContent = words.t('loading');
      try {
        const found = await this.search(this.next, this.ending.signal);
        said.textContent = found.rows.length > 0 ? '' : words.t('judgements.none-older', { n: found.scanned });
        announce(said.textContent || words.t('found', { n: found.rows.length }));
        this.append(found, box);
      } catch (error) {
        said.textContent = '';
        if (!this.ending.signal.aborted) fill(box, problemNote(words, error), more);
      } finally {
        box.removeAttribute('aria-busy');
      }
    };
    const more = button(
      words.t(this.body === undefined ? 'judgements.further' : 'judgements.older'),
      () => void load(),
    );
    const said = h('p', { class: 'quiet' });
    fill(box, this.next === null ? h('p', { class: 'quiet' }, words.t('judgements.end')) : [more, said]);
    return box;
  }

  private append(found: Found, box: HTMLElement): void {
    const [first] = found.rows;
    if (this.body === undefined && first !== undefined) {
      this.draw(found);
    } else {
      this.next = found.next;
      this.rows.push(...found.rows);
      this.body?.append(...found.rows.map((row) => tableRow(this.columns, row)));
      if (found.next === null) fill(box, h('p', { class: 'quiet' }, this.context.words.t('judgements.end')));
    }
    if (first === undefined) return;
    const at = this.rows.indexOf(first);
    this.body?.rows[at]?.querySelector('a')?.focus();
  }

  // ---- what is new ----

  /** Connected for as long as somebody looks. Whoever comes back is caught up with what came meanwhile. */
  private async follow(signal: AbortSignal): Promise<void> {
    let tries = 0;
    for (let caught = true; !signal.aborted; caught = false) {
      let missed = false;
      try {
        await inFront(signal);
        if (!caught) await this.catchUp(signal);
        missed = await whileInFront(signal, (looking) =>
          follow(
            askFilters(this.filters),
            this.after,
            {
              opened: () => {
                tries = 0;
                this.tell('live.on');
              },
              row: (row) => this.take(row),
            },
            looking,
          ),
        );
      } catch (error) {
        if (signal.aborted) return;
        signOutIf(error);
        if (isFinal(error)) {
          this.tell('live.ended');
          return;
        }
      }
      if (signal.aborted) return;
      if (document.hidden) continue;
      if (!missed) this.tell('live.off');
      await pause(Math.min(RETRY_MS_MAX, 1000 * 2 ** tries++), signal);
    }
  }

  private tell(state: 'live.on' | 'live.off' | 'live.ended'): void {
    const text = this.context.words.t(state);
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.classList.toggle('off', state !== 'live.on');
  }

  /** What is at the newest page's beginning and not here; or all of it, if it does not go on from what is here. */
  private async catchUp(signal: AbortSignal): Promise<void> {
    const found = await this.search(null, signal);
    const here = this.waiting[0] ?? this.rows[0];
    const at = found.rows.findIndex((row) => row.entry === here?.entry && row.time === here.time);
    this.after = found.last;
    if (at > 0)
      found.rows
        .slice(0, at)
        .reverse()
        .forEach((row) => this.take(row));
    else if (at < 0 && !this.isHeld()) this.draw(found);
    else if (at < 0) this.behind = true;
  }

  private take(row: Row): void {
    this.after = entryName(logOf(row), row.entry);
    this.waiting.unshift(row);
    this.unsaid++;
    if (this.waiting.length <= ROWS_MAX) return;
    this.waiting.pop();
    this.behind = true;
  }

  /** Somebody reads, or is about to press: rows that moved away would take the focus or the pointer's aim with them. */
  private isHeld(): boolean {
    const { body } = this;
    if (body === undefined) return false;
    const pointed = body.matches(':hover') && matchMedia('(hover: hover)').matches;
    return pointed || body.contains(document.activeElement) || this.place.getBoundingClientRect().top < 0;
  }

  private renew(): void {
    if (this.waiting.length === 0 && !this.behind) return;
    if (this.isHeld()) {
      this.offer();
      return;
    }
    fill(this.fresh);
    const { waiting } = this;
    const rows = [...waiting, ...(this.behind ? [] : this.rows)].slice(0, ROWS_MAX);
    if (rows.length === 0) {
      void this.start();
      return;
    }
    this.prepend(waiting, rows);
  }

  /** Those that wait come in, those that are too many go; there are older ones behind the last that stays. */
  private prepend(fresh: readonly Row[], rows: Row[]): void {
    const last = rows.at(-1);
    const behind = last === undefined ? null : { log: logOf(last), before: last.entry };
    const next = rows.length < this.rows.length + fresh.length || this.behind ? behind : this.next;
    if (this.body === undefined) {
      this.draw({ rows, next, scanned: 0 });
    } else {
      const elements = fresh.map((row) => tableRow(this.columns, row));
      this.body.prepend(...elements);
      while (this.body.rows.length > rows.length) this.body.lastElementChild?.remove();
      if (next !== this.next) {
        this.next = next;
        this.place.lastElementChild?.replaceWith(this.older());
      }
      this.rows = rows;
    }
    if (fresh.length <= GLOWING_MAX)
      [...(this.body?.rows ?? [])].slice(0, fresh.length).forEach((row) => row.classList.add('new'));
    this.waiting = [];
    this.behind = false;
  }

  private offer(): void {
    const { words } = this.context;
    const text = this.behind ? words.t('live.newest') : words.t('live.show', { n: this.waiting.length });
    const there = this.fresh.querySelector('button');
    if (there !== null) {
      there.textContent = text;
      return;
    }
    const show = async (): Promise<void> => {
      await this.start();
      window.scrollTo(0, 0);
      this.body?.querySelector('a')?.focus();
    };
    fill(
      this.fresh,
      button(text, () => void show(), 'primary'),
    );
  }

  // A voice for each row would never stop: what came is told together.
  private say(): void {
    if (this.unsaid > 0) this.context.announce(this.context.words.t('live.new', { n: this.unsaid }));
    this.unsaid = 0;
  }
}
