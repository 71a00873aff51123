// Elements made by hand: what is data becomes text or an attribute, never markup.

export type Child = Node | string | null | undefined | false | readonly Child[];

type Value = string | number | boolean | null | undefined | EventListener;

const append = (element: Element, children: readonly Child[]): void => {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === 'string' || child instanceof Node) element.append(child);
    else append(element, child);
  }
};

const set = (element: Element, attributes: Readonly<Record<string, Value>>): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
};

/** h('a', {href: '#/', click: listener}, 'text', child): functions are listeners of the event of that name. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(name);
  set(element, attributes);
  append(element, children);
  return element;
};

export const svg = <K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  set(element, attributes);
  append(element, children);
  return element;
};

export const fill = (element: Element, ...children: readonly Child[]): void => {
  element.replaceChildren();
  append(element, children);
};

let lastId = 0;
export const newId = (what: string): string => `${what}-${++lastId}`;
