// A judgement, told: the verdict, what decided it, what would make the act lawful,
// what is to be done, and how sure law's text is. Everything that stands in it is shown.
import type { Context } from './context';
import { copyButton } from './copy';
import { type Child, h } from './dom';
import { badge, card, chip, code, lawText, note, ruleLink, stateCode, table } from './parts';
import type { Judgement, Remedy, Ruling } from './types';

type In = Pick<Context, 'words' | 'states'>;

/** In want of something, and nothing that could be held would do. */
const isBeyondPapers = ({ verdict }: Judgement, remedy: Remedy): boolean =>
  verdict === 'conditional' && remedy === 'none';

export const verdictBanner = ({ words }: In, judgement: Judgement, remedy: Remedy): HTMLElement =>
  h(
    'div',
    { class: `verdict ${judgement.verdict}` },
    badge(words, judgement.verdict, 'large'),
    h('p', {}, words.t(isBeyondPapers(judgement, remedy) ? 'means.beyond-papers' : `means.${judgement.verdict}`)),
  );

const checkedText = ({ words }: In, rule: Ruling): HTMLElement =>
  rule.checked === null
    ? h('p', { class: 'source' }, chip(words.t('unverified'), 'warn'), ' ', lawText(rule.source))
    : h('p', { class: 'source' }, words.t('checked', { day: words.day(rule.checked) }), ' ', lawText(rule.source));

const ruleItem = (context: In, rule: Ruling, ...more: readonly Child[]): HTMLElement =>
  h(
    'li',
    { class: 'ruling' },
    h(
      'div',
      { class: 'line' },
      ruleLink(rule.rule),
      stateCode(context, rule.state),
      rule.applies === 'unknown' && chip(context.words.t('may-apply'), 'warn'),
      rule.met !== null && chip(context.words.t(`met.${rule.met}`), rule.met === 'yes' ? 'good' : ''),
    ),
    lawText(rule.title, 'p'),
    h('p', { class: 'cite' }, lawText(rule.cite)),
    more,
    checkedText(context, rule),
  );

const chips = (items: readonly string[]): HTMLElement =>
  h(
    'ul',
    { class: 'chips' },
    items.map((item) => h('li', {}, code(item))),
  );

/** Rules by name; those that the judgement only names have a link. */
class Told {
  private readonly rules: ReadonlyMap<string, Ruling>;

  constructor(
    private readonly context: In,
    private readonly judgement: Judgement,
    private readonly remedy: Remedy,
  ) {
    this.rules = new Map(judgement.rules.map((rule) => [rule.rule, rule]));
  }

  private named(rule: string, ...more: readonly Child[]): HTMLElement {
    const found = this.rules.get(rule);
    return found === undefined
      ? h('li', { class: 'ruling' }, ruleLink(rule), more)
      : ruleItem(this.context, found, ...more);
  }

  private byEffect(...effects: readonly Ruling['effect'][]): readonly Ruling[] {
    return this.judgement.rules.filter((rule) => effects.includes(rule.effect));
  }

  private part(
    title: string,
    intro: string | null,
    items: readonly Child[],
    list: 'ul' | 'ol' = 'ul',
  ): HTMLElement | null {
    if (items.length === 0) return null;
    return card(title, intro !== null && h('p', { class: 'quiet' }, intro), h(list, { class: 'rulings' }, items));
  }

  refusing(): HTMLElement | null {
    const rules = this.byEffect('refuse');
    const surely = rules.some((rule) => rule.applies === 'yes');
    return this.part(
      this.context.words.t(surely ? 'why.refuse' : 'why.may-refuse'),
      null,
      rules.map((rule) => ruleItem(this.context, rule)),
    );
  }

  needed(have?: (item: string) => HTMLElement): HTMLElement | null {
    const { words } = this.context;
    return this.part(
      words.t('why.needs'),
      null,
      this.judgement.needs.map((need) =>
        this.named(
          need.rule,
          h('p', {}, words.t('why.asks'), ' ', code(need.expression)),
          need.missing.length > 0 &&
            h(
              'div',
              { class: 'missing' },
              h('p', { class: 'quiet' }, words.t('why.missing')),
              h(
                'ul',
                { class: 'chips' },
                need.missing.map((item) => h('li', {}, code(item), have?.(item))),
              ),
            ),
        ),
      ),
    );
  }

  ways(): HTMLElement | null {
    const { words } = this.context;
    const { ways, ways_cut, verdict } = this.judgement;
    if (verdict === 'permit') return null;
    if (ways.length === 0) {
      const told = { unknown: 'ways.unknown', 'not-found': 'ways.not-found', none: 'ways.none' } as const;
      const key = verdict !== 'undetermined' && this.remedy in told ? told[this.remedy as keyof typeof told] : null;
      return key === null ? null : card(words.t('ways'), h('p', {}, words.t(key)));
    }
    const cut = ways_cut && note(words.t('ways.cut'));
    return card(
      words.t('ways'),
      h('p', { class: 'quiet' }, words.t('ways.any', { n: ways.length })),
      h(
        'ol',
        { class: 'ways' },
        ways.map((way) => h('li', {}, chips(way))),
      ),
      cut,
    );
  }

  conflicts(): HTMLElement | null {
    const { words } = this.context;
    return this.part(
      words.t('conflicts'),
      words.t('conflicts.intro'),
      this.judgement.conflicts.map(({ compels, against, channels }) =>
        h(
          'li',
          { class: 'ruling' },
          h('p', {}, ruleLink(compels), ' ', words.t('conflicts.against'), ' ', ruleLink(against)),
          channels.length === 0
            ? h('p', { class: 'quiet' }, words.t('conflicts.none'))
            : h('div', {}, h('p', { class: 'quiet' }, words.t('conflicts.channels')), chips(channels)),
        ),
      ),
    );
  }

  duties(): HTMLElement | null {
    const { words } = this.context;
    const { duties } = this.judgement;
    if (duties.length === 0) return null;
    return card(
      words.t('duties'),
      h('p', { class: 'quiet' }, words.t('duties.intro')),
      table(
        words.t('duties'),
        [
          { head: words.t('duty'), cell: (duty) => this.duty(duty) },
          {
            head: words.t('duty.within'),
            cell: (duty) => (duty.within === null ? '–' : lawText(duty.within)),
          },
          { head: words.t('duty.by'), cell: (duty) => (duty.by === undefined ? '–' : words.day(duty.by)) },
          { head: words.t('rule'), cell: (duty) => ruleLink(duty.rule) },
        ],
        duties,
      ),
    );
  }

  private duty({ rule, duty }: Judgement['duties'][number]): Child {
    const found = this.rules.get(rule);
    return [
      h(
        'div',
        {},
        lawText(duty),
        found?.applies === 'unknown' && [' ', chip(this.context.words.t('may-apply'), 'warn')],
      ),
      found !== undefined &&
        h(
          'div',
          { class: 'cite' },
          lawText(found.title),
          ' ',
          h('span', { class: 'sep', 'aria-hidden': 'true' }, '·'),
          ' ',
          lawText(found.cite),
        ),
    ];
  }

  uncovered(): HTMLElement | null {
    const { words, states } = this.context;
    const { uncovered } = this.judgement;
    if (uncovered.length === 0) return null;
    return card(
      words.t('uncovered'),
      h('p', { class: 'quiet' }, words.t('uncovered.intro')),
      h(
        'ul',
        {},
        uncovered.map(({ state }) => h('li', {}, stateCode({ states }, state))),
      ),
    );
  }

  questions(): HTMLElement | null {
    const { words } = this.context;
    const { questions, questions_cut } = this.judgement;
    if (questions.length === 0) return null;
    return card(
      words.t('questions'),
      h('p', { class: 'quiet' }, words.t('questions.intro')),
      h(
        'ol',
        { class: 'questions' },
        questions.slice(0, 8).map(({ ask, fact }) => h('li', {}, lawText(ask), ' ', code(fact))),
      ),
      (questions.length > 8 || questions_cut === true) &&
        h('p', { class: 'quiet' }, words.t('questions.more', { n: questions.length - 8 })),
    );
  }

  met(): HTMLElement | null {
    const { words } = this.context;
    return this.part(
      words.t('met'),
      null,
      this.judgement.met.map(({ rule, by, held }) =>
        this.named(
          rule,
          h('p', {}, words.t('met.by'), ' ', chip(words.t(`held.${held}`), held === 'signed' ? 'good' : '')),
          h(
            'ul',
            { class: 'chips' },
            by.map((one) => h('li', {}, this.rules.has(one) ? ruleLink(one) : code(one))),
          ),
        ),
      ),
    );
  }

  lifted(): HTMLElement | null {
    const { words } = this.context;
    return this.part(
      words.t('lifted'),
      null,
      this.judgement.lifted.map(({ rule, by }) =>
        h('li', { class: 'ruling' }, h('p', {}, ruleLink(rule), ' ', words.t('lifted.by'), ' ', ruleLink(by))),
      ),
    );
  }

  others(): HTMLElement | null {
    const { words } = this.context;
    const shown = new Set([...this.judgement.needs, ...this.judgement.met].map((one) => one.rule));
    const rest = this.byEffect('needs', 'way', 'lifts', 'compels', 'notes').filter((rule) => !shown.has(rule.rule));
    if (rest.length === 0) return null;
    return h(
      'details',
      { class: 'card' },
      h('summary', {}, h('h2', {}, words.t('others', { n: rest.length }))),
      h(
        'ul',
        { class: 'rulings' },
        rest.map((rule) => ruleItem(this.context, rule, chip(words.t(`effect.${rule.effect}`)))),
      ),
    );
  }

  unverified(): HTMLElement | null {
    const { words } = this.context;
    const rules = this.judgement.rests_on_unverified;
    if (rules.length === 0) return null;
    return card(
      words.t('rests'),
      note(words.t('rests.intro', { n: rules.length }), 'warn'),
      h(
        'ul',
        { class: 'chips' },
        rules.map((rule) => h('li', {}, ruleLink(rule))),
      ),
    );
  }
}

/** All of it. `have` gives a button beside each thing that is missing. */
export const explained = (
  context: In,
  judgement: Judgement,
  remedy: Remedy,
  have?: (item: string) => HTMLElement,
): readonly Child[] => {
  const told = new Told(context, judgement, remedy);
  return [
    told.refusing(),
    told.conflicts(),
    told.needed(have),
    told.ways(),
    told.uncovered(),
    told.questions(),
    told.duties(),
    told.unverified(),
    told.met(),
    told.lifted(),
    told.others(),
  ];
};

/** The same as `comity ask` says it, to be read, copied and handed on. */
export const inWords = (context: Pick<Context, 'words' | 'announce'>, text: string): HTMLElement => {
  const { words } = context;
  return h(
    'details',
    { class: 'card' },
    h('summary', {}, h('h2', {}, words.t('in-words'))),
    h('pre', { lang: 'en', dir: 'ltr', tabindex: '0', role: 'region', 'aria-label': words.t('in-words') }, text),
    h(
      'div',
      { class: 'buttons' },
      copyButton(context, words.t('copy'), () => text),
    ),
  );
};
