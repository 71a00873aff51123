// Questions to comityd, at the place this page came from, with the token if there is one.
import { EventReader } from './events';
import { entryName, isLater, logOf } from './logs';
import { token } from './session';
import type { Row } from './types';

/** A problem document (RFC 9457), or no answer at all: status 0. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail = '',
  ) {
    super(`${status} ${title}`);
    this.name = 'Problem';
  }
}

/** Who is not known any more is asked who he is. */
export const signOutIf = (error: unknown): void => {
  if (error instanceof Problem && error.status === 401) window.dispatchEvent(new CustomEvent('comity-signed-out'));
};

const headersWith = (more: Readonly<Record<string, string>>): Headers => {
  const headers = new Headers(more);
  const shown = token();
  if (shown !== null) headers.set('Authorization', `Bearer ${shown}`);
  return headers;
};

const problemOf = async (response: Response): Promise<Problem> => {
  try {
    const { title, detail } = (await response.json()) as { title?: unknown; detail?: unknown };
    return new Problem(
      response.status,
      typeof title === 'string' ? title : '',
      typeof detail === 'string' ? detail : '',
    );
  } catch {
    return new Problem(response.status, response.statusText);
  }
};

const ask = async (
  path: string,
  init: RequestInit,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers: headersWith(headers),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new Problem(0, '');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
};

export const getText = async (path: string, signal?: AbortSignal): Promise<string> =>
  (await ask(path, signal === undefined ? {} : { signal })).text();

export const getBytes = async (path: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await ask(path, signal === undefined ? {} : { signal })).arrayBuffer());

export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  JSON.parse(await getText(path, signal)) as T;

export const postJson = async <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> => {
  const init = { method: 'POST', body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) };
  return (await ask(path, init, { 'Content-Type': 'application/json' })).json() as Promise<T>;
};

/** Silence is longer than this only if nobody is there any more: comityd says every 15 seconds that it is. */
const SILENCE_MS = 45000;

export interface Listener {
  readonly opened: () => void;
  readonly row: (row: Row) => void;
}

/** Gives each piece as it comes; fails once there has been silence for too long, as behind a lid that was shut. */
const readAll = async (body: ReadableStream<Uint8Array>, piece: (bytes: Uint8Array) => boolean): Promise<void> => {
  const reader = body.getReader();
  let heard = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - heard > SILENCE_MS) void reader.cancel();
  }, 1000);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      heard = Date.now();
      if (done || !piece(value)) return;
    }
  } finally {
    clearInterval(timer);
    void reader.cancel().catch(() => undefined);
  }
};

/** Judgements as they are recorded, from behind entry `after` on, for as long as the connection lives. True: there are
 *  others that are not told one by one, for there were too many, or it is another record. */
export const follow = async (
  query: URLSearchParams,
  after: string | null,
  listener: Listener,
  signal: AbortSignal,
): Promise<boolean> => {
  let last = after;
  let missed = false;
  const headers = after === null ? {} : { 'Last-Event-ID': after };
  const response = await ask(`/v1/judgements/events?${query}`, { signal }, headers);
  const events = new EventReader();
  listener.opened();
  if (response.body === null) return false;
  await readAll(response.body, (bytes) => {
    for (const event of events.push(bytes)) {
      const row = event.name === 'judgement' ? (JSON.parse(event.data) as Row) : undefined;
      const name = row === undefined ? '' : entryName(logOf(row), row.entry);
      missed ||= event.name === 'skipped' || (row !== undefined && last !== null && !isLater(last, name));
      if (missed) return false;
      if (row === undefined) continue;
      last = name;
      listener.row(row);
    }
    return true;
  });
  return missed;
};
