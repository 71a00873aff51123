// The frame around every view: the name, the places to go, who is signed in,
// language and theme, and a voice for those who listen.
import { fill, h, svg } from './dom';
import { languages, type Words } from './i18n';
import { select } from './parts';
import { writePlace } from './router';
import { preference, setPreference, token } from './session';
import type { Me } from './types';

export interface Frame {
  readonly main: HTMLElement;
  readonly links: ReadonlyMap<string, HTMLAnchorElement>;
  readonly announce: (text: string) => void;
}

const icons = {
  flows: 'M3 12c3-7 6-7 9 0s6 7 9 0M18.5 9.5 21 12l-3.5 1',
  judgements: 'M12 4v16M7 20h10M5 7h14M5 7l-2.5 6h5L5 7Zm14 0-2.5 6h5L19 7Z',
  ask: 'M9 9.2a3 3 0 1 1 4.3 2.7c-.9.4-1.3 1-1.3 2.1M12 17.2v.2M12 3a9 9 0 0 0-7.6 13.8L3.5 20.5l3.7-.9A9 9 0 1 0 12 3Z',
  law: 'M5 4.5A1.5 1.5 0 0 1 6.5 3H19v18H6.5A1.5 1.5 0 0 1 5 19.5v-15ZM5 17.5h14M9 7.5h6M9 11h6',
  ledger: 'M4 20h16M7 16V11M12 16V5M17 16V8',
  record: 'M12 3 5 6v5c0 4.6 2.9 8.3 7 10 4.1-1.7 7-5.4 7-10V6l-7-3ZM9 12l2.2 2.2L15.2 10',
} as const;

type Tab = keyof typeof icons;
const tabs = Object.keys(icons) as Tab[];

const icon = (path: string): SVGElement =>
  svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: path }),
  );

const mark = (): SVGElement =>
  svg(
    'svg',
    { class: 'mark', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('rect', { width: 24, height: 24, rx: 6 }),
    svg('path', { d: 'M16 8.5a5 5 0 1 0 0 7M11 12h7' }),
  );

const languageChoice = (words: Words): HTMLSelectElement => {
  const choice = select(Object.entries(languages), words.language, () => {
    setPreference('language', choice.value);
    location.reload();
  });
  choice.setAttribute('aria-label', words.t('language'));
  return choice;
};

const themeChoice = (words: Words): HTMLSelectElement => {
  const options = [
    ['auto', words.t('theme.auto')],
    ['light', words.t('theme.light')],
    ['dark', words.t('theme.dark')],
  ] as const;
  const choice = select(options, preference('theme') ?? 'auto', () => {
    const { value } = choice;
    setPreference('theme', value === 'auto' ? null : value);
    if (value === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = value;
  });
  choice.setAttribute('aria-label', words.t('theme'));
  return choice;
};

const account = (words: Words, me: Me | undefined, signOut: () => void): HTMLElement | null => {
  if (me === undefined) return null;
  return h(
    'div',
    { class: 'account' },
    h(
      'div',
      {},
      h('div', { class: 'who' }, h('bdi', {}, me.name)),
      h('div', { class: 'quiet' }, words.list(me.roles.map((role) => words.t(`role.${role}` as 'role.gate')))),
    ),
    token() !== null && h('button', { type: 'button', click: signOut }, words.t('sign-out')),
  );
};

export const drawFrame = (words: Words, me: Me | undefined, { signOut }: { readonly signOut: () => void }): Frame => {
  const main = h('main', { id: 'main', tabindex: '-1' });
  const voice = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const links = new Map(
    tabs.map((tab) => [
      tab as string,
      h('a', { href: writePlace([tab]) }, icon(icons[tab]), h('span', {}, words.t(`tab.${tab}`))),
    ]),
  );
  const skip = h(
    'a',
    {
      class: 'skip',
      href: '#main',
      click: (event) => {
        event.preventDefault();
        main.focus();
      },
    },
    words.t('skip'),
  );
  const settings = h('div', { class: 'settings' }, languageChoice(words), themeChoice(words));
  fill(
    document.body,
    skip,
    h(
      'header',
      {},
      h('a', { class: 'brand', href: writePlace(['flows']) }, mark(), h('span', {}, 'Comity')),
      settings,
      account(words, me, signOut),
    ),
    me !== undefined &&
      h(
        'nav',
        { 'aria-label': words.t('places') },
        h(
          'ul',
          {},
          [...links.values()].map((link) => h('li', {}, link)),
        ),
      ),
    main,
    voice,
  );
  return {
    main,
    links,
    announce: (text) => {
      // The same words twice are said twice only if there was nothing in between.
      voice.textContent = '';
      setTimeout(() => {
        voice.textContent = text;
      }, 50);
    },
  };
};

export const markPlace = (frame: Frame, tab: string): void => {
  for (const [name, link] of frame.links) {
    if (name === tab) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
};
