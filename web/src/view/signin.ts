// Signing in: a token, which stays in this tab.
import { getJson, Problem } from '../api';
import { h } from '../dom';
import type { Words } from '../i18n';
import { card, field, heading, note, problemNote } from '../parts';
import { forgetToken, setToken, takeEnded } from '../session';

export const signInView = (words: Words, main: HTMLElement, done: () => void): void => {
  const input = h('input', {
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    maxlength: 512,
    dir: 'ltr',
  });
  const said = h('div', {}, takeEnded() && note(words.t('sign-in.ended'), 'warn'));
  const send = async (): Promise<void> => {
    setToken(input.value.trim());
    try {
      await getJson('/v1/me');
      done();
    } catch (error) {
      forgetToken();
      const unknown = error instanceof Problem && error.status === 401;
      said.replaceChildren(
        unknown ? h('p', { class: 'note bad', role: 'alert' }, words.t('sign-in.unknown')) : problemNote(words, error),
      );
      input.focus();
      input.select();
    }
  };
  const form = h(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        void send();
      },
    },
    field(words.t('sign-in.token'), input, words.t('sign-in.hint')),
    said,
    h('button', { type: 'submit', class: 'primary' }, words.t('sign-in.do')),
  );
  main.append(h('div', { class: 'sign-in' }, heading(words.t('sign-in')), card(null, form)));
};
