// Ask: a few facts, a judgement, and then the questions that decide most, one after
// another, with the answer changing beside them. Nothing of it is recorded. What was
// said is kept with the tab's history: the way back takes an answer back, and leads
// back from the rules that the answer names.
import { postJson, signOutIf } from '../api';
import { chooser } from '../chooser';
import { copyButton } from '../copy';
import type { Context, View } from '../context';
import { type Child, fill, h } from '../dom';
import { explained, inWords, verdictBanner } from '../explain';
import { factOf, isOpen, itemsOf, listOf, nextFact, withFact, withHeld } from '../interview';
import { button, card, field, heading, loaded, problemNote, select } from '../parts';
import { nameOptions, placeOptions, questionForm, titleOf } from '../question';
import { readPlace, writePlace } from '../router';
import { saidOf } from '../said';
import { type Act, actKinds, type Answer, type Vocabulary } from '../types';
import { vocabulary } from '../vocabulary';

let begun: Act | undefined;

/** The next time the view is drawn, it begins with this act. */
export const beginWith = (act: Act): void => {
  begun = act;
};

/** An interview as it stands with an entry of the history. */
interface Kept {
  readonly act: Act;
  readonly skipped: readonly string[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const actIn = (value: unknown): Act | undefined =>
  isObject(value) && actKinds.some((kind) => kind === value['act']) ? value : undefined;

const keptIn = (state: unknown): Kept | undefined => {
  const kept = isObject(state) ? state['asking'] : undefined;
  const act = isObject(kept) ? actIn(kept['act']) : undefined;
  return act === undefined ? undefined : { act, skipped: itemsOf((kept as Record<string, unknown>)['skipped']) };
};

/** The act of a link that somebody handed on: a stranger's text. */
const actOfLink = (query: URLSearchParams): Act | undefined => {
  try {
    return actIn(JSON.parse(query.get('act') ?? ''));
  } catch {
    return undefined;
  }
};

const linkTo = ({ id: _, ...act }: Act): string =>
  new URL(writePlace(['ask'], new URLSearchParams({ act: JSON.stringify(act) })), location.href).href;

const stateOf = (value: unknown): string => (typeof value === 'string' ? value : '');

class Asking {
  private act: Act;
  private skipped: Set<string>;
  private readonly answer = h('div', { class: 'answer', role: 'region' });
  private readonly begin = h('div', { class: 'begin' });
  private asking = new AbortController();

  constructor(
    private readonly context: Context,
    private readonly names: Vocabulary,
    { act, skipped }: Kept,
  ) {
    this.act = act;
    this.skipped = new Set(skipped);
    this.answer.setAttribute('aria-label', context.words.t('ask.answer'));
    context.signal.addEventListener('abort', () => this.asking.abort());
    window.addEventListener('popstate', () => this.comeBack(), { signal: context.signal });
    this.keep('replaceState');
    this.drawAll(false);
  }

  private keep(how: 'pushState' | 'replaceState'): void {
    history[how]({ asking: { act: this.act, skipped: [...this.skipped] } }, '', writePlace(['ask']));
  }

  /** Another entry of the history: what was said there. The link to this place, pressed here, changes nothing. */
  private comeBack(): void {
    const place = readPlace(location.hash);
    if (place.view !== 'ask' || place.query.has('act')) return;
    const kept = keptIn(history.state);
    if (kept === undefined) {
      this.keep('replaceState');
      return;
    }
    this.act = kept.act;
    this.skipped = new Set(kept.skipped);
    this.drawAll(true);
  }

  private drawAll(goOn: boolean): void {
    this.drawBegin();
    this.asking.abort();
    if (Object.keys(this.act).length > 1) void this.ask(goOn);
    else fill(this.answer, h('div', { class: 'card empty' }, h('p', {}, this.context.words.t('ask.empty'))));
  }

  element(): HTMLElement {
    return h('div', { class: 'split' }, this.begin, this.answer);
  }

  private drawBegin(): void {
    const { words } = this.context;
    const known = placeOptions(this.context, this.names.states).map(({ value, label }) => [value, label] as const);
    const placesWith = (code: string): (readonly [string, string])[] => [
      ['', words.t('not-said')],
      ...(code === '' || known.some(([one]) => one === code) ? [] : [[code, code] as const]),
      ...known,
    ];
    const [fromNow, toNow] = [stateOf(factOf(this.act, 'from.state')), stateOf(factOf(this.act, 'to.state'))];
    const kind = select(
      actKinds.map((one) => [one, words.t(`act.${one}`)] as const),
      String(this.act['act'] ?? 'transfer'),
      () => label(),
    );
    const from = select(placesWith(fromNow), fromNow);
    const to = select(placesWith(toNow), toNow);
    const people = h('input', {
      type: 'number',
      min: 0,
      step: 1,
      value: typeof factOf(this.act, 'data.people') === 'number' ? String(factOf(this.act, 'data.people')) : '',
    });
    const on = h('input', { type: 'date', value: stateOf(this.act['on']) });
    const data = chooser(
      words,
      words.t('ask.data'),
      nameOptions(this.names.categories),
      itemsOf(factOf(this.act, 'data.categories')),
    );
    const fields = [field('', from), field('', to)] as const;
    const label = (): void => {
      for (const [i, side] of (['from', 'to'] as const).entries()) {
        const element = fields[i]?.querySelector('label');
        if (element) element.textContent = words.t(`party.${kind.value as 'transfer'}.${side}`);
      }
    };
    label();
    const categories = (): string[] | undefined =>
      data.chosen().length === 0 ? undefined : listOf(data.chosen(), !isOpen(factOf(this.act, 'data.categories')));
    const send = (event: Event): void => {
      event.preventDefault();
      let act = withFact(this.act, 'act', kind.value);
      act = withFact(act, 'from.state', from.value === '' ? undefined : from.value);
      act = withFact(act, 'to.state', to.value === '' ? undefined : to.value);
      act = withFact(act, 'data.categories', categories());
      act = withFact(act, 'data.people', people.value === '' ? undefined : Number(people.value));
      this.act = withFact(act, 'on', on.value === '' ? undefined : on.value);
      this.skipped.clear();
      this.keep('pushState');
      void this.ask();
    };
    fill(
      this.begin,
      h(
        'form',
        { class: 'card', submit: send },
        h('h2', {}, words.t('ask.begin')),
        field(words.t('act'), kind),
        fields[0],
        fields[1],
        data.element,
        field(words.t('persons'), people),
        field(words.t('ask.on'), on, words.t('ask.on.hint')),
        h(
          'div',
          { class: 'buttons' },
          h('button', { type: 'submit', class: 'primary' }, words.t('ask.do')),
          button(words.t('ask.clear'), () => this.clear()),
        ),
      ),
    );
  }

  private clear(): void {
    this.act = { act: 'transfer' };
    this.skipped.clear();
    this.keep('pushState');
    this.drawAll(false);
    this.begin.querySelector('select')?.focus();
  }

  private become(act: Act): void {
    this.act = act;
    this.keep('pushState');
    this.drawBegin();
    void this.ask(true);
  }

  private async ask(goOn = false): Promise<void> {
    const { words, announce } = this.context;
    this.asking.abort();
    const asking = (this.asking = new AbortController());
    this.answer.setAttribute('aria-busy', 'true');
    try {
      const { id: _, ...act } = this.act;
      const answer = await postJson<Answer>('/v1/ask', act, asking.signal);
      if (asking.signal.aborted) return;
      const { judgement } = answer;
      this.draw(answer);
      announce(words.t('ask.now', { verdict: words.t(`verdict.${judgement.verdict}`) }));
      const next = this.answer.querySelector<HTMLElement>('.interview h2');
      if (goOn) (next ?? this.answer.querySelector<HTMLElement>('.verdict'))?.focus();
    } catch (error) {
      if (asking.signal.aborted) return;
      signOutIf(error);
      fill(
        this.answer,
        problemNote(words, error, () => void this.ask(true)),
        this.said(),
      );
    } finally {
      if (!asking.signal.aborted) this.answer.removeAttribute('aria-busy');
    }
  }

  private draw({ judgement, remedy, words: text }: Answer): void {
    const { words } = this.context;
    const banner = verdictBanner(this.context, judgement, remedy);
    banner.tabIndex = -1;
    const have = (item: string): HTMLElement => {
      const element = button(words.t('ask.have'), () => this.become(withHeld(this.act, item, this.names)), 'small');
      element.setAttribute('aria-label', `${words.t('ask.have')}: ${item}`);
      return element;
    };
    const settled = judgement.verdict === 'permit' || judgement.verdict === 'refuse';
    fill(
      this.answer,
      banner,
      settled ? null : this.question(judgement),
      this.said(),
      explained(this.context, judgement, remedy, have),
      inWords(this.context, text),
      this.handOn(),
    );
  }

  private handOn(): HTMLElement {
    const { words } = this.context;
    return card(
      words.t('hand-on'),
      h('p', { class: 'quiet' }, words.t('hand-on.intro')),
      h(
        'div',
        { class: 'buttons' },
        copyButton(this.context, words.t('hand-on.link'), () => linkTo(this.act)),
        button(words.t('print'), () => window.print()),
      ),
    );
  }

  private question({ questions }: Answer['judgement']): Child {
    const { words } = this.context;
    const fact = nextFact(questions, this.skipped);
    if (fact === undefined) {
      return (
        questions.length > 0 &&
        card(
          words.t('interview'),
          h('p', {}, words.t('interview.done')),
          this.skipped.size > 0 &&
            button(words.t('interview.again'), () => {
              this.skipped.clear();
              this.keep('pushState');
              void this.ask(true);
            }),
        )
      );
    }
    const skip = (): void => {
      this.skipped.add(fact);
      this.keep('pushState');
      void this.ask(true);
    };
    const form = questionForm(
      this.context,
      this.act,
      fact,
      questions,
      this.names,
      (value) => {
        // Answered and still open: what remains is asked later.
        this.skipped.add(fact);
        this.become(withFact(this.act, fact, value));
      },
      skip,
    );
    return h(
      'section',
      { class: 'card interview' },
      h('p', { class: 'quiet small' }, words.t('interview')),
      h('h2', { tabindex: '-1' }, titleOf(this.context, this.act, fact)),
      form,
    );
  }

  private said(): Child {
    const { words } = this.context;
    const all = saidOf(this.context, this.act, this.names);
    if (all.length === 0) return null;
    return h(
      'details',
      { class: 'card' },
      h('summary', {}, h('h2', {}, words.t('ask.said', { n: all.length }))),
      h(
        'ul',
        { class: 'said' },
        all.map(({ fact, title, text, without }) => {
          const take = (): void => {
            this.skipped.delete(fact);
            this.become(without);
          };
          const remove = button(words.t('ask.remove'), take, 'small');
          remove.setAttribute('aria-label', `${words.t('ask.remove')}: ${title} ${text}`);
          return h('li', {}, h('span', { class: 'quiet' }, title), ' ', h('bdi', {}, text), ' ', remove);
        }),
      ),
    );
  }
}

export const askView: View = (context) => {
  const { words, main } = context;
  const act = begun ?? actOfLink(context.query);
  begun = undefined;
  const kept = act === undefined ? keptIn(history.state) : { act, skipped: [] };
  main.append(
    heading(words.t('tab.ask')),
    h('p', { class: 'lead' }, words.t('ask.lead')),
    loaded(context, vocabulary, (names) =>
      new Asking(context, names, kept ?? { act: { act: 'transfer' }, skipped: [] }).element(),
    ),
  );
};
