// The token, for as long as this tab is open; language and theme, for longer.

const TOKEN = 'comity-token';

export const token = (): string | null => sessionStorage.getItem(TOKEN);
export const setToken = (text: string): void => sessionStorage.setItem(TOKEN, text);
export const forgetToken = (): void => sessionStorage.removeItem(TOKEN);

export const preference = (name: 'language' | 'theme' | 'policy'): string | null =>
  localStorage.getItem(`comity-${name}`);

export const setPreference = (name: 'language' | 'theme' | 'policy', value: string | null): void => {
  if (value === null) localStorage.removeItem(`comity-${name}`);
  else localStorage.setItem(`comity-${name}`, value);
};
