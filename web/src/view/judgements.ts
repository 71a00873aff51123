// The list of judgements, newest first: filters that stand in the address, older
// ones by page, new ones as they are recorded.
import { getJson, listen, Problem } from '../api';
import type { Context, View } from '../context';
import { fill, h } from '../dom';
import { askFilters, dayFilters, type Filters, isFiltered, readFilters, textFilters, writeFilters } from '../filters';
import { type Column, badge, button, code, field, heading, note, problemNote, ruleLink, select, table, tableRow, time } from '../parts';
import { route } from '../route';
import { writePlace } from '../router';
import { actKinds, type Page, type Row, verdicts } from '../types';
import { vocabulary } from '../vocabulary';

const PAGE = 50;
const ROWS_MAX = 500;
const ANNOUNCE_MS = 8000;

const columnsOf = (context: Context): readonly Column<Row>[] => {
  const { words } = context;
  const erased = (row: Row) => row.erased === true;
  return [
    { head: words.t('verdict'), cell: (row) => (row.verdict === undefined ? h('span', { class: 'quiet' }, words.t('erased')) : badge(words, row.verdict)) },
    { head: words.t('time'), cell: (row) => h('a', { href: writePlace(['judgements', String(row.entry)]) }, time(words, row.time)) },
    { head: words.t('act'), cell: (row) => (row.act === undefined ? '–' : words.t(`act.${row.act}`)) },
    { head: words.t('route'), cell: (row) => (erased(row) ? '–' : route(context, row.from, row.to)) },
    { head: words.t('data'), cell: (row) => ((row.categories ?? []).length === 0 ? '–' : h('span', { class: 'names' }, (row.categories ?? []).map((one) => [code(one), ' ']))) },
    { head: words.t('persons'), number: true, cell: (row) => (typeof row.persons === 'number' ? words.number(row.persons) : '–') },
    { head: words.t('rules'), cell: (row) => rulesOf(row.rules ?? [], context) },
    { head: words.t('gate'), cell: (row) => (typeof row.gate === 'string' && row.gate !== '' ? code(row.gate) : '–') },
  ];
};

const rulesOf = (rules: readonly string[], { words }: Context): HTMLElement | string => {
  const [first, ...more] = rules;
  if (first === undefined) return '–';
  return h('span', { class: 'names' }, ruleLink(first), more.length > 0 && h('span', { class: 'quiet', title: more.join(', ') }, ` ${words.t('and-more', { n: more.length })}`));
};

const verdictBoxes = ({ words }: Context, filters: Filters, change: () => void): HTMLElement =>
  h('fieldset', { class: 'verdicts' }, h('legend', {}, words.t('verdict')), verdicts.map((verdict) => {
    const box = h('input', { type: 'checkbox', name: 'verdict', value: verdict, change });
    box.checked = filters.verdicts.includes(verdict);
    return h('label', { class: 'toggle' }, box, badge(words, verdict));
  }));

/** The form; what stands in it is what the address says. */
const filterForm = (context: Context, filters: Filters, apply: (filters: Filters) => void): HTMLFormElement => {
  const { words } = context;
  const states = h('datalist', { id: 'known-states' });
  const categories = h('datalist', { id: 'known-categories' });
  void vocabulary().then((names) => {
    fill(states, context.states.sorted(names.states).map((place) => h('option', { value: place.code }, context.states.name(place.code))));
    fill(categories, names.categories.map((one) => h('option', { value: one.name }, one.label)));
  }, () => undefined);
  const lists: Partial<Record<string, string>> = { from: 'known-states', to: 'known-states', state: 'known-states', category: 'known-categories' };
  const submit = (): void => apply(readFilters(new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]))));
  const kind = select([['', words.t('any')], ...actKinds.map((one) => [one, words.t(`act.${one}`)] as const)], filters.act ?? '', submit);
  kind.name = 'act';
  const texts = textFilters.map((name) =>
    field(words.t(`filter.${name}`), h('input', { name, value: filters[name] ?? '', list: lists[name], autocomplete: 'off', spellcheck: 'false', maxlength: 200, dir: 'ltr' })));
  const days = dayFilters.map((name) => field(words.t(`filter.${name}`), h('input', { type: 'date', name, value: filters[name] ?? '' })));
  const more = h('details', { class: 'more' }, h('summary', {}, words.t('filter.more')), h('div', { class: 'fields' }, field(words.t('act'), kind), texts, days));
  more.open = isFiltered({ ...filters, verdicts: [] });
  const form = h('form', { class: 'filters card', role: 'search', 'aria-label': words.t('filters'), submit: (event) => {
    event.preventDefault();
    submit();
  } }, verdictBoxes(context, filters, submit), more,
  h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'primary' }, words.t('filter.apply')),
    button(words.t('filter.clear'), () => apply({ verdicts: [] }))), states, categories);
  return form;
};

class List {
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
    const box = h('input', { type: 'checkbox', role: 'switch', change: () => {
      this.live = box.checked;
      void this.start();
    } });
    box.checked = true;
    this.ready = this.start();
    return h('section', { 'aria-label': words.t('tab.judgements') },
      h('div', { class: 'bar' }, this.state, h('label', { class: 'switch' }, box, h('span', {}, words.t('live')))), this.place);
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
      fill(this.place, problemNote(words, error, () => void this.start()));
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
    return h('div', { class: 'card empty' }, h('p', {}, words.t(isFiltered(this.filters) ? 'judgements.none-match' : 'judgements.none')),
      !isFiltered(this.filters) && h('p', { class: 'quiet' }, words.t('judgements.none.hint')));
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
    await listen(askFilters(this.filters), this.newest, {
      row: (row) => this.take(row),
      state: (connected) => {
        if (!signal.aborted) this.state.textContent = words.t(connected ? 'live.on' : 'live.off');
      },
    }, signal);
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

export const judgementsView: View = (context) => {
  const { words, main, me } = context;
  main.append(heading(words.t('tab.judgements')), h('p', { class: 'lead' }, words.t('judgements.lead')));
  if (!me.record) {
    main.append(note(words.t('no-record')));
    return undefined;
  }
  const list = new List(context);
  const apply = (filters: Filters): void => {
    location.hash = writePlace(['judgements'], writeFilters(filters));
  };
  let form = filterForm(context, readFilters(context.query), apply);
  const all = list.element();
  main.append(form, all);
  return (query) => {
    const filters = readFilters(query);
    const shown = writeFilters(readFilters(new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]))));
    // What was typed stays as it is, with the focus in it; only an address that came from elsewhere is drawn anew.
    if (shown.toString() !== writeFilters(filters).toString()) {
      const fresh = filterForm(context, filters, apply);
      form.replaceWith(fresh);
      form = fresh;
      fresh.querySelector<HTMLElement>('summary')?.focus();
    }
    list.filter(filters);
  };
};

