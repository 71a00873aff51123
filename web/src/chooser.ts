// Some of many: boxes to tick, narrowed by words, with what is chosen first. A
// plain group of checkboxes to keyboards and screen readers.
import { h, newId } from './dom';
import type { Words } from './i18n';

export interface Option {
  readonly value: string;
  readonly label: string;
  /** In what language the label is, if it is not the page's. */
  readonly lang?: string;
  /** How deep it stands under others, in a tree. */
  readonly depth?: number;
}

export interface Chooser {
  readonly element: HTMLElement;
  readonly chosen: () => string[];
}

const FEW = 12;

const sized = (options: readonly Option[], first: ReadonlySet<string>): Option[] => [
  ...options.filter((option) => first.has(option.value)).map((option) => ({ ...option, depth: 0 })),
  ...options.filter((option) => !first.has(option.value)),
];

/** `first`: what stands on top, before the reader searches. */
export const chooser = (
  words: Words,
  legend: string,
  options: readonly Option[],
  chosen: readonly string[],
  first: readonly string[] = [],
): Chooser => {
  const boxes = new Map<string, HTMLInputElement>();
  const items = sized(options, new Set([...chosen, ...first])).map((option) => {
    const box = h('input', { type: 'checkbox', value: option.value });
    box.checked = chosen.includes(option.value);
    boxes.set(option.value, box);
    return {
      option,
      item: h(
        'li',
        {
          class: option.depth === undefined || option.depth === 0 ? undefined : `depth-${Math.min(3, option.depth)}`,
        },
        h('label', {}, box, h('span', { lang: option.lang, dir: 'auto' }, option.label)),
      ),
    };
  });
  const search = h('input', {
    type: 'search',
    autocomplete: 'off',
    'aria-label': words.t('chooser.search'),
    placeholder: words.t('chooser.search'),
    input: () => narrow(),
  });
  const narrow = (): void => {
    const wanted = search.value.trim().toLocaleLowerCase();
    for (const { option, item } of items) {
      const box = boxes.get(option.value);
      item.hidden = box?.checked !== true && !`${option.label} ${option.value}`.toLocaleLowerCase().includes(wanted);
    }
  };
  const id = newId('chooser');
  return {
    element: h(
      'fieldset',
      { class: 'chooser', id },
      h('legend', {}, legend),
      options.length > FEW && search,
      h(
        'ul',
        { class: 'options' },
        items.map(({ item }) => item),
      ),
    ),
    chosen: () => [...boxes].filter(([, box]) => box.checked).map(([value]) => value),
  };
};
