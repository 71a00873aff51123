// Waiting: for a while, or until somebody looks at the page.

/** Ends early when the network comes back, or the signal says stop. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal.addEventListener('abort', done);
  });

/** Until the tab is in front. */
export const inFront = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });

/** Runs it with a signal that says stop when the tab goes behind others, too: browsers keep no more than six
 *  connections to one place, and tabs that nobody sees would hold them all. */
export const whileInFront = async <T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const look = (): void => {
    if (document.hidden) end();
  };
  signal.addEventListener('abort', end);
  document.addEventListener('visibilitychange', look);
  try {
    return await run(ending.signal);
  } finally {
    signal.removeEventListener('abort', end);
    document.removeEventListener('visibilitychange', look);
  }
};
