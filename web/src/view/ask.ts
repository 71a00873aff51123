// Ask: a few facts, a judgement, and then the questions that decide most, one after
// another, with the answer changing beside them. Nothing of it is recorded.
import { postJson, Problem } from '../api';
import { chooser } from '../chooser';
import type { Context, View } from '../context';
import { type Child, fill, h } from '../dom';
import { explained, verdictBanner } from '../explain';
import { factOf, factsOf, itemsOf, nextFact, withFact, withHeld } from '../interview';
import { button, card, code, field, heading, loaded, problemNote, select } from '../parts';
import { nameOptions, placeOptions, questionForm, titleOf } from '../question';
import { type Act, actKinds, type Answer, type Vocabulary } from '../types';
import { vocabulary } from '../vocabulary';

let begun: Act | undefined;

/** The next time the view is drawn, it begins with this act. */
export const beginWith = (act: Act): void => {
  begun = act;
};

const stateOf = (value: unknown): string => (typeof value === 'string' ? value : '');

class Asking {
  private act: Act;
  private readonly skipped = new Set<string>();
  private readonly answer = h('div', { class: 'answer', role: 'region' });
  private readonly begin: HTMLElement;
  private readonly names: Vocabulary;
  private asking = new AbortController();

  constructor(
    private readonly context: Context,
    names: Vocabulary,
    act: Act,
  ) {
    this.act = act;
    this.names = names;
    this.begin = h('div', { class: 'begin' });
    this.answer.setAttribute('aria-label', context.words.t('ask.answer'));
    context.signal.addEventListener('abort', () => this.asking.abort());
    this.drawBegin();
    fill(this.answer, h('div', { class: 'card empty' }, h('p', {}, context.words.t('ask.empty'))));
    if (Object.keys(act).length > 1) void this.ask();
  }

  element(): HTMLElement {
    return h('div', { class: 'split' }, this.begin, this.answer);
  }

  private drawBegin(): void {
    const { words } = this.context;
    const places = placeOptions(this.context, this.names.states).map(({ value, label }) => [value, label] as const);
    const kind = select(
      actKinds.map((one) => [one, words.t(`act.${one}`)] as const),
      String(this.act['act'] ?? 'transfer'),
      () => label(),
    );
    const from = select([['', words.t('not-said')], ...places], stateOf(factOf(this.act, 'from.state')));
    const to = select([['', words.t('not-said')], ...places], stateOf(factOf(this.act, 'to.state')));
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
    const send = (event: Event): void => {
      event.preventDefault();
      let act = withFact(this.act, 'act', kind.value);
      act = withFact(act, 'from.state', from.value === '' ? undefined : from.value);
      act = withFact(act, 'to.state', to.value === '' ? undefined : to.value);
      act = withFact(act, 'data.categories', data.chosen().length === 0 ? undefined : data.chosen());
      act = withFact(act, 'data.people', people.value === '' ? undefined : Number(people.value));
      this.act = withFact(act, 'on', on.value === '' ? undefined : on.value);
      this.skipped.clear();
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
    this.drawBegin();
    fill(this.answer, h('div', { class: 'card empty' }, h('p', {}, this.context.words.t('ask.empty'))));
    this.begin.querySelector('select')?.focus();
  }

  private become(act: Act): void {
    this.act = act;
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
      const { judgement } = await postJson<Answer>('/v1/ask', act, asking.signal);
      this.draw(judgement);
      announce(words.t('ask.now', { verdict: words.t(`verdict.${judgement.verdict}`) }));
      const next = this.answer.querySelector<HTMLElement>('.interview h2');
      if (goOn) (next ?? this.answer.querySelector<HTMLElement>('.verdict'))?.focus();
    } catch (error) {
      if (asking.signal.aborted) return;
      if (error instanceof Problem && error.status === 401) window.dispatchEvent(new CustomEvent('comity-signed-out'));
      fill(this.answer, problemNote(words, error), this.said());
    } finally {
      if (!asking.signal.aborted) this.answer.removeAttribute('aria-busy');
    }
  }

  private draw(judgement: Answer['judgement']): void {
    const { words } = this.context;
    const banner = verdictBanner(this.context, judgement);
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
      explained(this.context, judgement, have),
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
              void this.ask(true);
            }),
        )
      );
    }
    const skip = (): void => {
      this.skipped.add(fact);
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
    const facts = factsOf(this.act).filter(([fact]) => fact !== 'act' && fact !== 'id');
    if (facts.length === 0) return null;
    return h(
      'details',
      { class: 'card' },
      h('summary', {}, h('h2', {}, words.t('ask.said', { n: facts.length }))),
      h(
        'ul',
        { class: 'said' },
        facts.map(([fact, value]) => {
          const text = typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
          const remove = button(
            words.t('ask.remove'),
            () => {
              this.skipped.delete(fact);
              this.become(withFact(this.act, fact, undefined));
            },
            'small',
          );
          remove.setAttribute('aria-label', `${words.t('ask.remove')}: ${fact}`);
          return h('li', {}, code(fact), ' ', h('bdi', {}, text), ' ', remove);
        }),
      ),
    );
  }
}

export const askView: View = (context) => {
  const { words, main } = context;
  const act = begun ?? { act: 'transfer' };
  begun = undefined;
  main.append(
    heading(words.t('tab.ask')),
    h('p', { class: 'lead' }, words.t('ask.lead')),
    loaded(context, vocabulary, (names) => new Asking(context, names, act).element()),
  );
};
