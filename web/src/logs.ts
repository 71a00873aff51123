// Where every year has a log of its own: which entry is meant, in addresses, questions
// to comityd and live events.
import { writePlace } from './router';
import type { Page, RecordState, Row } from './types';

/** The log of a year, or of all time. */
export type Log = string | null;

export const isLog = (text: string): boolean => /^[0-9]{4}$/.test(text);

export const logOf = (row: Pick<Row, 'log'>): Log => row.log ?? null;

/** "17", or "2026/17": as live events are numbered, and as a reader is told. */
export const entryName = (log: Log, entry: number | string): string => (log === null ? `${entry}` : `${log}/${entry}`);

export const entryPlace = (log: Log, entry: number | string): string =>
  writePlace(['judgements', ...(log === null ? [] : [log]), `${entry}`]);

/** The same path of comityd, in that log. */
export const inLog = (path: string, log: Log): string => (log === null ? path : `${path}?log=${log}`);

/** Where a list goes on: behind an entry, or at the end of a log. */
export interface Cursor {
  readonly log: Log;
  readonly before: number | null;
}

export const cursorOf = (page: Page): Cursor | null =>
  page.next !== null
    ? { log: page.log ?? null, before: page.next }
    : typeof page.earlier === 'string'
      ? { log: page.earlier, before: null }
      : null;

/** Was the second of two entries, by their names, recorded after the first? Not known of two forms. */
export const isLater = (earlier: string, later: string): boolean => {
  const [a, b] = [earlier, later].map((name) => name.split('/'));
  if (a === undefined || b === undefined || a.length !== b.length) return true;
  const [logA, logB] = [a.length > 1 ? a[0] : '', b.length > 1 ? b[0] : ''];
  return logA === logB ? Number(b.at(-1)) > Number(a.at(-1)) : String(logB) > String(logA);
};

/** A policy by which what the log ever signed is verified, as the daemon itself tells the keys. */
export const ownPolicy = (record: Pick<RecordState, 'keys' | 'past_keys'>): string =>
  `${[...record.keys, ...record.past_keys].map((key) => `log ${key}\n`).join('')}quorum none\n`;
