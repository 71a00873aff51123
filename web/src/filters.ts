// The filters of the list of judgements: as they stand in the page's address, and
// as comityd is asked. What is in the address is a stranger's text and is checked.
import { type ActKind, actKinds, type Verdict, verdicts } from './types';

export interface Filters {
  readonly verdicts: readonly Verdict[];
  readonly act?: ActKind;
  readonly from?: string;
  readonly to?: string;
  readonly state?: string;
  readonly rule?: string;
  readonly category?: string;
  readonly gate?: string;
  /** Days of the reader's calendar, both included. */
  readonly since?: string;
  readonly until?: string;
}

export const textFilters = ['from', 'to', 'state', 'rule', 'category', 'gate'] as const;
export const dayFilters = ['since', 'until'] as const;

const TEXT_MAX = 200;

const isOneOf = <T extends string>(list: readonly T[], text: string): text is T =>
  (list as readonly string[]).includes(text);

const midnight = (day: string, later = 0): Date | undefined => {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const exact = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(exact.valueOf()) || exact.toISOString().slice(0, 10) !== day) return undefined;
  return new Date(Number(year), Number(month) - 1, Number(date) + later);
};

export const readFilters = (query: URLSearchParams): Filters => {
  const filters: Record<string, unknown> = {
    verdicts: verdicts.filter((verdict) => query.getAll('verdict').includes(verdict)),
  };
  const act = query.get('act') ?? '';
  if (isOneOf(actKinds, act)) filters['act'] = act;
  for (const name of textFilters) {
    const text = query.get(name)?.trim() ?? '';
    if (text !== '' && text.length <= TEXT_MAX) filters[name] = text;
  }
  for (const name of dayFilters) {
    const day = query.get(name) ?? '';
    if (midnight(day) !== undefined) filters[name] = day;
  }
  return filters as unknown as Filters;
};

/** In a fixed order, so that the same filters have the same address. */
export const writeFilters = (filters: Filters): URLSearchParams => {
  const query = new URLSearchParams();
  for (const verdict of filters.verdicts) query.append('verdict', verdict);
  for (const name of ['act', ...textFilters, ...dayFilters] as const) {
    const value = filters[name];
    if (value !== undefined) query.set(name, value);
  }
  return query;
};

/** The same for comityd, whose times are moments. `until` ends when its day does. */
export const askFilters = (filters: Filters): URLSearchParams => {
  const query = writeFilters(filters);
  const since = filters.since === undefined ? undefined : midnight(filters.since);
  const until = filters.until === undefined ? undefined : midnight(filters.until, 1);
  const whole = (time: Date) => time.toISOString().replace(/\.\d+Z$/, 'Z');
  if (since !== undefined) query.set('since', whole(since));
  if (until !== undefined) query.set('until', whole(until));
  return query;
};

export const isFiltered = (filters: Filters): boolean => writeFilters(filters).size > 0;
