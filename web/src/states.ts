// Names of states, parts and unions: as law files have them in English, else as
// the reader's language names them.
import type { Words } from './i18n';
import type { Place, Vocabulary } from './types';

export class States {
  private places = new Map<string, Place>();

  constructor(private readonly words: Words) {}

  learn(vocabulary: Vocabulary): void {
    this.places = new Map([...vocabulary.states, ...vocabulary.unions].map((place) => [place.code, place]));
  }

  name(code: string): string {
    const ours = this.places.get(code)?.name;
    const theirs = this.words.region(code);
    const name = this.words.language === 'en' ? (ours ?? theirs) : (theirs ?? ours);
    return name === undefined || name === '' ? code : name;
  }

  /** Sorted as the reader's language sorts. */
  sorted<T extends { readonly code: string }>(places: readonly T[]): T[] {
    const collator = new Intl.Collator(this.words.language);
    return [...places].sort((a, b) => collator.compare(this.name(a.code), this.name(b.code)));
  }
}
