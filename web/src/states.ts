// Names of states, parts and unions: as law files have them in English, else as
// the reader's language names them.
import type { Words } from './i18n';
import type { Place, Vocabulary } from './types';

export class States {
  private places = new Map<string, Place>();
  private unions = new Set<string>();

  constructor(private readonly words: Words) {}

  learn(vocabulary: Vocabulary): void {
    this.places = new Map([...vocabulary.states, ...vocabulary.unions].map((place) => [place.code, place]));
    this.unions = new Set(vocabulary.unions.map(({ code }) => code));
  }

  name(code: string): string {
    const ours = this.places.get(code)?.name;
    const theirs = this.words.region(code);
    const name = this.words.language === 'en' ? (ours ?? theirs) : (theirs ?? ours);
    return name === undefined || name === '' ? code : name;
  }

  /** A state or a part of one, a union of them, or neither: then an agreement. */
  kind(code: string): 'states' | 'unions' | 'agreements' {
    return this.unions.has(code) ? 'unions' : this.places.has(code) ? 'states' : 'agreements';
  }

  /** The state of which it is a part. */
  partOf(code: string): string | undefined {
    return this.places.get(code)?.part_of;
  }

  /** Sorted as the reader's language sorts, parts behind their state. */
  withParts<T extends { readonly code: string }>(places: readonly T[]): T[] {
    const collator = new Intl.Collator(this.words.language);
    const order = ({ code }: T): readonly [string, string] => {
      const whole = this.partOf(code);
      return whole === undefined ? [this.name(code), ''] : [this.name(whole), this.name(code)];
    };
    return [...places].sort((a, b) => {
      const [left, right] = [order(a), order(b)];
      return collator.compare(left[0], right[0]) || collator.compare(left[1], right[1]);
    });
  }

  /** Sorted as the reader's language sorts. */
  sorted<T extends { readonly code: string }>(places: readonly T[]): T[] {
    const collator = new Intl.Collator(this.words.language);
    return [...places].sort((a, b) => collator.compare(this.name(a.code), this.name(b.code)));
  }
}
