// The token, for as long as this tab is open; language and theme, for longer.

const TOKEN = 'comity-token';

export const token = (): string | null => sessionStorage.getItem(TOKEN);
export const setToken = (text: string): void => sessionStorage.setItem(TOKEN, text);
export const forgetToken = (): void => sessionStorage.removeItem(TOKEN);

/** That the token was taken back, or forgotten by the daemon, is told once, where one signs in. */
const ENDED = 'comity-ended';

export const endSession = (): void => {
  forgetToken();
  sessionStorage.setItem(ENDED, '');
};

export const takeEnded = (): boolean => {
  const ended = sessionStorage.getItem(ENDED) !== null;
  sessionStorage.removeItem(ENDED);
  return ended;
};

export const preference = (name: 'language' | 'theme' | 'policy'): string | null =>
  localStorage.getItem(`comity-${name}`);

export const setPreference = (name: 'language' | 'theme' | 'policy', value: string | null): void => {
  if (value === null) localStorage.removeItem(`comity-${name}`);
  else localStorage.setItem(`comity-${name}`, value);
};
