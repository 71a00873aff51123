// Questions to comityd, at the place this page came from, with the token if there is one.
import { EventReader } from './events';
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

export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  JSON.parse(await getText(path, signal)) as T;

export const postJson = async <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> => {
  const init = { method: 'POST', body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) };
  return (await ask(path, init, { 'Content-Type': 'application/json' })).json() as Promise<T>;
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

export interface Listener {
  readonly row: (row: Row) => void;
  readonly state: (connected: boolean) => void;
}

/** Judgements as they are recorded, from behind entry `after` on, until the signal says stop.
 *  A connection that breaks is made again, later each time. */
export const listen = async (
  query: URLSearchParams,
  after: number | null,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> => {
  let last = after === null ? null : String(after);
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      const headers = last === null ? {} : { 'Last-Event-ID': last };
      const response = await ask(`/v1/judgements/events?${query}`, { signal }, headers);
      const reader = new EventReader();
      const body = response.body?.getReader();
      listener.state(true);
      for (;;) {
        const { done, value } = (await body?.read()) ?? { done: true, value: undefined };
        if (done) break;
        for (const event of reader.push(value)) {
          tries = 0;
          last = event.id;
          if (event.name === 'judgement') listener.row(JSON.parse(event.data) as Row);
        }
      }
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403 || error.status === 404)) {
        listener.state(false);
        return;
      }
    }
    if (!signal.aborted) listener.state(false);
    await pause(Math.min(30000, 1000 * 2 ** tries), signal);
  }
};
