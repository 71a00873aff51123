// Bytes that are proved must be those that came: reading JSON and writing it again
// may change numbers. So the text of a member is cut out of the answer as it stands.

const spanOfString = (text: string, at: number): number => {
  let i = at + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
};

const spanOfValue = (text: string, at: number): number => {
  if (text[at] === '"') return spanOfString(text, at);
  let depth = 0;
  let i = at;
  for (; i < text.length; i++) {
    const char = text[i];
    if (char === '"') i = spanOfString(text, i) - 1;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (char === ',' && depth === 0) return i;
  }
  return i;
};

const afterSpace = (text: string, at: number): number => {
  let i = at;
  while (i < text.length && ' \t\r\n'.includes(text[i] ?? '')) i++;
  return i;
};

// As in the library: what cannot be seen, or turns what stands beside it around.
const UNSEEN =
  /[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

const escaped = (unseen: string): string =>
  [...Array(unseen.length).keys()].map((i) => `\\u${unseen.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** The same JSON for people to read: laid out, and nothing in it that hides or that shows another text than there is. */
export const readable = (text: string): string => JSON.stringify(JSON.parse(text), null, 2).replace(UNSEEN, escaped);

/** The text of a member of an object that JSON.parse takes; undefined if it has none of that name. */
export const memberText = (object: string, name: string): string | undefined => {
  let at = afterSpace(object, 0);
  while (object[at] === '{' || object[at] === ',') {
    const keyAt = afterSpace(object, at + 1);
    if (object[keyAt] !== '"') return undefined;
    const keyEnd = spanOfString(object, keyAt);
    const valueAt = afterSpace(object, afterSpace(object, keyEnd) + 1);
    const valueEnd = spanOfValue(object, valueAt);
    if (JSON.parse(object.slice(keyAt, keyEnd)) === name) return object.slice(valueAt, valueEnd).trimEnd();
    at = afterSpace(object, valueEnd);
  }
  return undefined;
};
