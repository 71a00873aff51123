// The interface's words, in the reader's language; dates, numbers, plurals and
// the names of states by the browser's Intl.
import type en from './i18n/en.json';

export type MessageKey = keyof typeof en;
type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };
export type Messages = Readonly<Record<string, string | Plural>>;
type Values = Readonly<Record<string, string | number>>;

export const languages = { en: 'English', zh: '中文', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

export const isLanguage = (text: string | null): text is Language => text !== null && Object.hasOwn(languages, text);

/** The first of the reader's languages that there is. */
export const languageFor = (wanted: readonly string[]): Language =>
  wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find(isLanguage) ?? 'en';

/** The form of dates and numbers that the reader is used to, if it is one of this language: by the calendar of law,
 *  in the digits that stand in law and acts. */
export const localeFor = (wanted: readonly string[], language: Language): string => {
  const own = wanted.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
  try {
    return new Intl.Locale(own, { calendar: 'gregory', numberingSystem: 'latn' }).toString();
  } catch {
    return language;
  }
};

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

export class Words {
  private readonly plurals: Intl.PluralRules;
  private readonly numbers: Intl.NumberFormat;
  private readonly percents: Intl.NumberFormat;
  private readonly lists: Intl.ListFormat;
  private readonly regions: Intl.DisplayNames;
  private readonly times: Intl.DateTimeFormat;
  private readonly moments: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;

  constructor(
    readonly language: Language,
    private readonly messages: Messages,
    timeZone?: string,
    locale: string = language,
  ) {
    const zone = timeZone === undefined ? {} : { timeZone };
    this.plurals = new Intl.PluralRules(language);
    this.numbers = new Intl.NumberFormat(locale);
    this.percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
    this.lists = new Intl.ListFormat(language, { type: 'conjunction' });
    this.regions = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
    this.times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', ...zone });
    this.moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', ...zone });
    this.days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  }

  /** A message with its {places} filled; `n` chooses the plural. Numbers are written as the language does. */
  t(key: MessageKey, values: Values = {}): string {
    const message = this.messages[key];
    const n = values['n'];
    const text =
      typeof message === 'object'
        ? (message[this.plurals.select(typeof n === 'number' ? n : 0)] ?? message.other)
        : (message ?? key);
    return text.replace(/\{([a-z]+)\}/g, (place, name: string) => {
      const value = values[name];
      return value === undefined ? place : typeof value === 'number' ? this.number(value) : value;
    });
  }

  number(value: number | bigint): string {
    return this.numbers.format(value);
  }

  /** Never rounded to what it is not: a little is not nothing, and what is short of all is not all. */
  percent(value: number): string {
    const whole = Math.floor(value * 100 + 1e-9);
    return this.percents.format(whole > 0 || value <= 0 ? whole / 100 : Math.max(1, Math.round(value * 10000)) / 10000);
  }

  list(items: readonly string[]): string {
    return this.lists.format(items);
  }

  /** A moment, in the reader's own zone. */
  time(text: string): string {
    const time = new Date(text);
    return Number.isNaN(time.valueOf()) ? text : this.times.format(time);
  }

  /** The same with the zone's name, for what is evidence. */
  moment(text: string): string {
    const time = new Date(text);
    return Number.isNaN(time.valueOf()) ? text : this.moments.format(time);
  }

  /** A day of the calendar, which is the same day everywhere. */
  day(text: string): string {
    const day = new Date(`${text}T00:00:00Z`);
    return Number.isNaN(day.valueOf()) ? text : this.days.format(day);
  }

  /** ISO 3166-1's name in this language; undefined for what it does not name. */
  region(code: string): string | undefined {
    return /^[A-Z]{2}$/.test(code) ? this.regions.of(code) : undefined;
  }
}
