// What comityd answers (src/serve/openapi.json, docs/formats/act-and-judgement.md).

export const verdicts = ['permit', 'conditional', 'undetermined', 'refuse'] as const;
export type Verdict = (typeof verdicts)[number];

export const actKinds = ['transfer', 'store', 'collect', 'disclose', 'operate', 'offer'] as const;
export type ActKind = (typeof actKinds)[number];

export interface Me {
  readonly name: string;
  readonly roles: readonly string[];
  readonly record: boolean;
  readonly ledger: boolean;
  readonly version: string;
  readonly law: { readonly hash: string; readonly built?: string | null };
}

export interface Row {
  readonly entry: number;
  /** The year whose log it is in, where every year has one. */
  readonly log?: string;
  readonly time: string;
  readonly erased?: boolean;
  /** A file that was appended as it is, such as a revocation. */
  readonly file?: boolean;
  /** Kept in a form, or by a law, that cannot be judged again. */
  readonly unreadable?: boolean;
  readonly verdict?: Verdict;
  readonly act?: ActKind;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly origin?: readonly string[];
  readonly categories?: readonly string[];
  readonly persons?: number | null;
  readonly rules?: readonly string[];
  readonly gate?: string | null;
  readonly law?: string;
}

export interface Page {
  readonly judgements: readonly Row[];
  readonly next: number | null;
  readonly scanned: number;
  /** The year whose log this is, and the one before, in which to go on. */
  readonly log?: string | null;
  readonly earlier?: string | null;
}

export type Effect = 'refuse' | 'needs' | 'way' | 'lifts' | 'duty' | 'compels' | 'notes';
export type Truth = 'yes' | 'no' | 'unknown';

export interface Ruling {
  readonly rule: string;
  readonly title: string;
  readonly state: string;
  readonly effect: Effect;
  readonly applies: Truth;
  readonly met: Truth | null;
  readonly cite: string;
  readonly source: string;
  readonly checked: string | null;
}

export interface Question {
  readonly fact: string;
  readonly ask: string;
  readonly rules: readonly string[];
}

export interface Judgement {
  readonly id: unknown;
  readonly verdict: Verdict;
  readonly on: string;
  readonly law: string;
  readonly act: string;
  readonly touched: readonly string[];
  readonly rules: readonly Ruling[];
  readonly needs: readonly {
    readonly rule: string;
    readonly expression: string;
    readonly missing: readonly string[];
  }[];
  readonly met: readonly {
    readonly rule: string;
    readonly by: readonly string[];
    readonly held: 'signed' | 'claimed';
  }[];
  readonly lifted: readonly { readonly rule: string; readonly by: string }[];
  readonly duties: readonly {
    readonly rule: string;
    readonly duty: string;
    readonly within: string | null;
    readonly by?: string;
  }[];
  readonly notes: readonly { readonly rule: string }[];
  readonly uncovered: readonly { readonly state: string; readonly act: string }[];
  readonly questions: readonly Question[];
  readonly questions_cut?: boolean;
  readonly conflicts: readonly {
    readonly compels: string;
    readonly against: string;
    readonly channels: readonly string[];
  }[];
  readonly ways: readonly (readonly string[])[];
  readonly ways_cut: boolean;
  readonly rests_on_unverified: readonly string[];
}

/** Would papers and safeguards make the act lawful? */
export type Remedy = 'not-needed' | 'found' | 'unknown' | 'not-found' | 'none';

/** An act as it was sent; what is not needed here is passed on unseen. */
export type Act = Record<string, unknown>;

export interface Entry {
  readonly entry: number;
  readonly log?: string;
  readonly time: string;
  readonly gate?: string | null;
  readonly act: Act;
  /** null, with the reason: this version cannot tell what was judged. */
  readonly judgement: Judgement | null;
  readonly explained: { readonly words: string; readonly remedy: Remedy } | null;
  readonly reason?: string;
  readonly law: string;
  /** The version that judged. */
  readonly evaluator: string;
}

export interface Answer {
  readonly words: string;
  readonly remedy: Remedy;
  readonly judgement: Judgement;
}

/** From and to: null where the act does not say. */
export interface Flow {
  readonly from: string | null;
  readonly to: string | null;
  readonly permit: number;
  readonly conditional: number;
  readonly undetermined: number;
  readonly refuse: number;
}

export interface Flows {
  readonly since?: string | null;
  readonly until?: string | null;
  readonly entries: number;
  readonly complete?: boolean;
  readonly flows: readonly Flow[];
}

export interface WitnessState {
  readonly name: string;
  readonly key: string;
  readonly cosigned: boolean;
  readonly time?: string | null;
}

export interface RecordState {
  readonly origin: string;
  readonly size: number;
  readonly checkpoint: string;
  readonly time?: string | null;
  /** The first of those that sign. */
  readonly key: string;
  readonly keys: readonly string[];
  readonly past_keys: readonly string[];
  /** The year whose log this is, and all that have one, in rising order. */
  readonly log: string | null;
  readonly logs: readonly string[];
  readonly witnesses: readonly WitnessState[];
  readonly policy: string | null;
  /** Entries under the checkpoint that witnesses have signed, which may lag behind. */
  readonly witnessed?: number | null;
  readonly reached?: boolean | null;
}

export interface Threshold {
  readonly rule: string;
  readonly state: string;
  readonly count: string;
  readonly label?: string;
  /** "year", or "12-months" and the like. */
  readonly window: string;
  readonly category?: string | null;
  readonly exporter: string;
  readonly importer?: string;
  readonly at: number;
  readonly now: number;
  readonly share: number;
  readonly level: 'below' | 'near' | 'over';
}

export interface Ledger {
  readonly exporters: readonly string[];
  readonly rows: readonly {
    readonly exporter: string;
    readonly origin: string;
    readonly destination: string;
    readonly category: string;
    readonly year: number;
    readonly persons: number;
    readonly persons_12_months: number;
  }[];
  readonly thresholds: readonly Threshold[];
}

export interface Law {
  readonly law: string;
  readonly rules: number;
  readonly laws: readonly { readonly state: string; readonly title: string; readonly rules: number }[];
}

export interface Rule {
  readonly rule: string;
  readonly title: string;
  readonly state: string;
  readonly effect: Effect;
  readonly from: string | null;
  readonly until: string | null;
  readonly cite: string;
  readonly source: string;
  readonly checked: string | null;
}

export interface RuleWhole extends Rule {
  readonly law: string;
  readonly lifted_by: readonly string[];
  readonly ways: readonly string[];
}

export interface Name {
  readonly name: string;
  readonly label: string;
  readonly parents?: readonly string[];
}

export interface Place {
  readonly code: string;
  readonly name: string;
  readonly part_of?: string;
  readonly law?: boolean;
}

export interface Vocabulary {
  readonly acts: readonly ActKind[];
  readonly categories: readonly Name[];
  readonly kinds: readonly Name[];
  readonly certificates: readonly Name[];
  readonly purposes: readonly Name[];
  readonly deals: readonly Name[];
  readonly circumstances: readonly Name[];
  readonly safeguards: readonly Name[];
  readonly papers: readonly Name[];
  readonly counts: readonly Name[];
  readonly states: readonly Place[];
  readonly unions: readonly Place[];
}
