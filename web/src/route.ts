// From where to where, in words: names of states with an arrow that follows the
// direction of writing.
import type { Context } from './context';
import { h } from './dom';
import { stateCode } from './parts';

export const route = (
  context: Pick<Context, 'words' | 'states'>,
  from: string | null | undefined,
  to: string | null | undefined,
): HTMLElement => {
  const side = (code: string | null | undefined) =>
    code === null || code === undefined
      ? h('span', { class: 'quiet' }, context.words.t('unknown'))
      : stateCode(context, code);
  return h(
    'span',
    { class: 'route' },
    side(from),
    ' ',
    h('span', { class: 'arrow', 'aria-hidden': 'true' }),
    h('span', { class: 'unseen' }, context.words.t('to')),
    ' ',
    side(to),
  );
};
