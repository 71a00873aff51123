// The page begins here: language and theme, who asks, the frame, and the view that
// the address names. Going from view to view ends what the one before began.
import { getJson, Problem } from './api';
import type { Context, View } from './context';
import { fill, h } from './dom';
import { drawFrame, type Frame, markPlace } from './frame';
import { directionOf, isLanguage, type Language, languageFor, localeFor, type Messages, Words } from './i18n';
import { problemNote } from './parts';
import { readPlace } from './router';
import { endSession, forgetToken, preference, token } from './session';
import { States } from './states';
import type { Me } from './types';
import { askView } from './view/ask';
import { flowsView } from './view/flows';
import { judgementView } from './view/judgement';
import { judgementsView } from './view/judgements';
import { lawView } from './view/law';
import { ledgerView } from './view/ledger';
import { recordView } from './view/record';
import { ruleView } from './view/rule';
import { signInView } from './view/signin';
import { knownVocabulary } from './vocabulary';

const views: Readonly<Record<string, readonly [whole: View, one?: View]>> = {
  flows: [flowsView],
  judgements: [judgementsView, judgementView],
  ask: [askView],
  law: [lawView, ruleView],
  ledger: [ledgerView],
  record: [recordView],
};

/** On paper nothing can be opened: all is, and as it was afterwards. */
const whenPrinted = (): void => {
  let opened: HTMLDetailsElement[] = [];
  window.addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>('main details.card:not([open])')];
    for (const one of opened) one.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const one of opened) one.open = false;
  });
};

interface Shown {
  readonly key: string;
  readonly ending: AbortController;
  readonly update: ((query: URLSearchParams) => void) | undefined;
}

class Page {
  private shown: Shown | undefined;
  private readonly states: States;
  private readonly frame: Frame;

  constructor(
    private readonly words: Words,
    private me: Me | undefined,
  ) {
    this.states = new States(words);
    this.frame = drawFrame(words, me, { signOut: () => this.signOut() });
  }

  begin(): void {
    window.addEventListener('hashchange', () => this.go(true));
    window.addEventListener('comity-signed-out', () => {
      endSession();
      location.reload();
    });
    whenPrinted();
    this.go(false);
  }

  private go(moved: boolean): void {
    const place = readPlace(location.hash);
    const [whole, one] = views[place.view] ?? [flowsView];
    const view = place.rest.length > 0 ? (one ?? whole) : whole;
    const key = [place.view, ...place.rest].join('/');
    if (this.shown?.key === key && this.shown.update !== undefined) {
      this.shown.update(place.query);
      return;
    }
    this.show(key, place.view === '' ? 'flows' : place.view, (context) => view(context), place, moved);
  }

  private show(key: string, tab: string, view: View, place: ReturnType<typeof readPlace>, moved: boolean): void {
    this.shown?.ending.abort();
    const ending = new AbortController();
    const main = this.frame.main;
    fill(main, h('p', { class: 'loading' }, this.words.t('loading')));
    markPlace(this.frame, tab);
    const me = this.me;
    if (me === undefined) {
      main.replaceChildren();
      signInView(this.words, main, () => location.reload());
      this.shown = { key, ending, update: undefined };
    } else {
      const context: Context = {
        words: this.words,
        states: this.states,
        me,
        main,
        rest: place.rest,
        query: place.query,
        signal: ending.signal,
        announce: (text) => this.frame.announce(text),
      };
      void knownVocabulary(context).finally(() => {
        if (ending.signal.aborted) return;
        main.replaceChildren();
        const update = view(context);
        this.shown = { key, ending, update: update ?? undefined };
        this.settle(moved);
      });
      this.shown = { key, ending, update: undefined };
      return;
    }
    this.settle(moved);
  }

  // Whoever came by a link hears and sees the new place from its beginning.
  private settle(moved: boolean): void {
    const title = this.frame.main.querySelector('h1');
    document.title = title === null ? 'Comity' : `${title.textContent ?? ''} · Comity`;
    if (moved) {
      window.scrollTo(0, 0);
      title?.focus({ preventScroll: true });
    }
  }

  private signOut(): void {
    forgetToken();
    location.reload();
  }
}

const chosenLanguage = (): Language => {
  const kept = preference('language');
  return isLanguage(kept) ? kept : languageFor(navigator.languages);
};

const whoAsks = async (): Promise<Me | undefined> => {
  try {
    return await getJson<Me>('/v1/me');
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
      if (token() !== null) endSession();
      return undefined;
    }
    throw error;
  }
};

const begin = async (): Promise<void> => {
  const language = chosenLanguage();
  const theme = preference('theme');
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset['theme'] = theme;
  const messages = await getJson<Messages>(`/i18n/${language}.json`);
  const words = new Words(language, messages, undefined, localeFor(navigator.languages, language));
  try {
    new Page(words, await whoAsks()).begin();
  } catch (error) {
    document.body.replaceChildren(
      h(
        'main',
        { class: 'alone' },
        h('h1', {}, 'Comity'),
        problemNote(words, error, () => location.reload()),
      ),
    );
  }
};

begin().catch((error: unknown) => {
  document.body.replaceChildren(
    h('main', { class: 'alone' }, h('h1', {}, 'Comity'), h('p', { role: 'alert' }, 'This page could not be loaded.')),
  );
  console.error(error);
});
