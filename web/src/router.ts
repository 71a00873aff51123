// Places in the page, as they stand behind the # of its address: #/law/EU.GDPR.44?on=2026-01-01

export interface Place {
  readonly view: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const readPlace = (hash: string): Place => {
  const text = hash.replace(/^#\/?/, '');
  const at = text.indexOf('?');
  const [view = '', ...rest] = (at < 0 ? text : text.slice(0, at)).split('/').map(decoded);
  return {
    view,
    rest: rest.filter((part) => part !== ''),
    query: new URLSearchParams(at < 0 ? '' : text.slice(at + 1)),
  };
};

export const writePlace = (path: readonly string[], query?: URLSearchParams): string => {
  const text = query?.toString() ?? '';
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
};
