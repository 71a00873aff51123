// What every view is given: the words, where to draw, what the address says, and
// the signal that ends what the view began.
import type { Words } from './i18n';
import type { States } from './states';
import type { Me } from './types';

export interface Context {
  readonly words: Words;
  readonly states: States;
  readonly me: Me;
  readonly main: HTMLElement;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  /** Says something to who listens to the page, politely. */
  readonly announce: (text: string) => void;
}

/** Draws; what it gives back, if anything, takes in a new query of the same place. */
export type View = (context: Context) => ((query: URLSearchParams) => void) | void;
