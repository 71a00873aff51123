// The form of the filters of the list of judgements. What stands in it is what the
// page's address says; what is chosen goes there.
import type { Context } from './context';
import { fill, h } from './dom';
import { dayFilters, type Filters, isFiltered, readFilters, textFilters } from './filters';
import { badge, button, field, select } from './parts';
import { actKinds, verdicts } from './types';
import { vocabulary } from './vocabulary';

/** What stands in the form now. */
export const filtersIn = (form: HTMLFormElement): Filters =>
  readFilters(new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])));

const verdictBoxes = ({ words }: Context, filters: Filters, change: () => void): HTMLElement =>
  h(
    'fieldset',
    { class: 'verdicts' },
    h('legend', {}, words.t('verdict')),
    verdicts.map((verdict) => {
      const box = h('input', { type: 'checkbox', name: 'verdict', value: verdict, change });
      box.checked = filters.verdicts.includes(verdict);
      return h('label', { class: 'toggle' }, box, badge(words, verdict));
    }),
  );

export const filterForm = (context: Context, filters: Filters, apply: (filters: Filters) => void): HTMLFormElement => {
  const { words } = context;
  const states = h('datalist', { id: 'known-states' });
  const categories = h('datalist', { id: 'known-categories' });
  void vocabulary().then(
    (names) => {
      fill(
        states,
        context.states
          .sorted(names.states)
          .map((place) => h('option', { value: place.code }, context.states.name(place.code))),
      );
      fill(
        categories,
        names.categories.map((one) => h('option', { value: one.name }, one.label)),
      );
    },
    () => undefined,
  );
  const lists: Partial<Record<string, string>> = {
    from: 'known-states',
    to: 'known-states',
    state: 'known-states',
    category: 'known-categories',
  };
  const submit = (): void => apply(filtersIn(form));
  const kind = select(
    [['', words.t('any')], ...actKinds.map((one) => [one, words.t(`act.${one}`)] as const)],
    filters.act ?? '',
    submit,
  );
  kind.name = 'act';
  const texts = textFilters.map((name) =>
    field(
      words.t(`filter.${name}`),
      h('input', {
        name,
        value: filters[name] ?? '',
        list: lists[name],
        autocomplete: 'off',
        spellcheck: 'false',
        maxlength: 200,
        dir: 'ltr',
      }),
    ),
  );
  const days = dayFilters.map((name) =>
    field(words.t(`filter.${name}`), h('input', { type: 'date', name, value: filters[name] ?? '' })),
  );
  const more = h(
    'details',
    { class: 'more' },
    h('summary', {}, words.t('filter.more')),
    h('div', { class: 'fields' }, field(words.t('act'), kind), texts, days),
  );
  more.open = isFiltered({ ...filters, verdicts: [] });
  const form = h(
    'form',
    {
      class: 'filters card',
      role: 'search',
      'aria-label': words.t('filters'),
      submit: (event) => {
        event.preventDefault();
        submit();
      },
    },
    verdictBoxes(context, filters, submit),
    more,
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'submit', class: 'primary' }, words.t('filter.apply')),
      button(words.t('filter.clear'), () => apply({ verdicts: [] })),
    ),
    states,
    categories,
  );
  return form;
};
