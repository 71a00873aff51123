// Every judgement that was recorded: filters that stand in the address, and the list.
import type { View } from '../context';
import { h } from '../dom';
import { filterForm, filtersIn } from '../filter-form';
import { type Filters, readFilters, writeFilters } from '../filters';
import { List } from '../list';
import { heading, note } from '../parts';
import { writePlace } from '../router';

export const judgementsView: View = (context) => {
  const { words, main, me } = context;
  main.append(heading(words.t('tab.judgements')), h('p', { class: 'lead' }, words.t('judgements.lead')));
  if (!me.record) {
    main.append(note(words.t('no-record')));
    return undefined;
  }
  const list = new List(context);
  const apply = (filters: Filters): void => {
    location.hash = writePlace(['judgements'], writeFilters(filters));
  };
  let form = filterForm(context, readFilters(context.query), apply);
  const all = list.element();
  main.append(form, all);
  return (query) => {
    const filters = readFilters(query);
    const shown = writeFilters(filtersIn(form));
    // What was typed stays as it is, with the focus in it; only an address that came from elsewhere is drawn anew.
    if (shown.toString() !== writeFilters(filters).toString()) {
      const fresh = filterForm(context, filters, apply);
      form.replaceWith(fresh);
      form = fresh;
      fresh.querySelector<HTMLElement>('summary')?.focus();
    }
    list.filter(filters);
  };
};
