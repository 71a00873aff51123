// The record: its newest checkpoint, who witnesses it, and proofs verified here, of
// an entry of this record or of a receipt from a file.
import { getBytes, getJson, getText, Problem } from '../api';
import type { Context, View } from '../context';
import { type Child, fill, h } from '../dom';
import { memberText } from '../json';
import { inLog, isLog, type Log, ownPolicy } from '../logs';
import { button, card, chip, code, facts, field, heading, loaded, note, select, table, moment } from '../parts';
import { keepButtons, provedNote, refusedNote } from '../proof-card';
import { type Bytes, utf8 } from '../proof/bytes';
import { verifyContinues } from '../proof/consistency';
import { hasCrypto } from '../proof/crypto';
import { type Policy, readPolicy } from '../proof/policy';
import { openCheckpoint, type Proved, verifyReceipt } from '../proof/receipt';
import { Refused } from '../proof/refused';
import { writePlace } from '../router';
import { preference, setPreference } from '../session';
import type { RecordState } from '../types';

const FILE_BYTES_MAX = 4 << 20;

/** The policy that the reader set; else the daemon's own word. */
const policyOf = (record: RecordState): string => preference('policy') ?? ownPolicy(record);

const region = (label: string, text: string): HTMLElement =>
  h('pre', { dir: 'ltr', tabindex: '0', role: 'region', 'aria-label': label }, text);

/** The checkpoint is verified as soon as it is shown. */
const signedState = (context: Context, record: RecordState): HTMLElement => {
  const { words } = context;
  const place = h('div', { class: 'result' }, h('p', { class: 'loading' }, words.t('proof.working')));
  const run = async (): Promise<void> => {
    try {
      const checkpoint = await openCheckpoint(record.checkpoint, await readPolicy(policyOf(record)));
      fill(place, note(words.t('checkpoint.good', { size: words.number(checkpoint.size) }), 'good'));
    } catch (error) {
      fill(place, refusedNote(context, error));
    }
  };
  if (hasCrypto()) void run();
  else fill(place, note(words.t('proof.no-crypto'), 'warn'));
  return place;
};

const witnesses = (context: Context, record: RecordState): HTMLElement => {
  const { words } = context;
  if (record.witnesses.length === 0) return card(words.t('witnesses'), note(words.t('witnesses.none'), 'warn'));
  return card(
    words.t('witnesses'),
    h(
      'div',
      { class: 'line' },
      record.policy !== null && h('span', {}, words.t('witnesses.policy'), ' ', code(record.policy)),
      typeof record.reached === 'boolean' &&
        chip(words.t(record.reached ? 'witnesses.reached' : 'witnesses.not-reached'), record.reached ? 'good' : 'warn'),
      typeof record.witnessed === 'number' &&
        h('span', { class: 'quiet' }, words.t('witnesses.size', { n: record.witnessed })),
    ),
    table(
      words.t('witnesses'),
      [
        { head: words.t('witness'), cell: (one) => code(one.name) },
        {
          head: words.t('witness.state'),
          cell: (one) =>
            chip(words.t(one.cosigned ? 'witness.signed' : 'witness.behind'), one.cosigned ? 'good' : 'warn'),
        },
        { head: words.t('time'), cell: (one) => (typeof one.time === 'string' ? moment(words, one.time) : '–') },
        { head: words.t('key'), cell: (one) => h('span', { class: 'hash' }, code(one.key)) },
      ],
      record.witnesses,
    ),
  );
};

const trust = (context: Context, record: RecordState): HTMLElement => {
  const { words, announce } = context;
  const text = h('textarea', { rows: 5, spellcheck: 'false', dir: 'ltr', autocomplete: 'off' });
  text.value = preference('policy') ?? '';
  text.placeholder = record.key;
  const said = h('div', {});
  const keep = async (): Promise<void> => {
    try {
      if (text.value.trim() !== '') await readPolicy(text.value);
      setPreference('policy', text.value.trim() === '' ? null : text.value);
      fill(said, note(words.t('trust.kept'), 'good'));
      announce(words.t('trust.kept'));
    } catch (error) {
      fill(said, refusedNote(context, error));
    }
  };
  return card(
    words.t('trust'),
    h('p', { class: 'quiet' }, words.t('trust.intro')),
    field(words.t('trust.policy'), text, words.t('trust.hint')),
    h(
      'div',
      { class: 'buttons' },
      button(words.t('trust.keep'), () => void keep()),
    ),
    said,
  );
};

/** A part of a tile goes once the whole is there, which begins with it. */
const tileOf = async (path: string, log: Log): Promise<Bytes> => {
  try {
    return await getBytes(inLog(`/v1/record/tile/${path}`, log));
  } catch (error) {
    const whole = path.replace(/\.p\/\d+$/, '');
    if (!(error instanceof Problem) || error.status !== 404 || whole === path) throw error;
    return getBytes(inLog(`/v1/record/tile/${whole}`, log));
  }
};

/** A checkpoint that somebody else kept, a witness or an auditor, against the newest here. */
const comparison = (context: Context, record: RecordState): HTMLElement => {
  const { words } = context;
  const text = h('textarea', { rows: 6, spellcheck: 'false', dir: 'ltr', autocomplete: 'off', required: true });
  const result = h('div', { class: 'result', role: 'status' });
  const run = async (): Promise<void> => {
    fill(result, h('p', { class: 'loading' }, words.t('proof.working')));
    try {
      const now = await getJson<RecordState>(inLog('/v1/record', record.log));
      const policy = await readPolicy(policyOf(now));
      const earlier = await openCheckpoint(`${text.value.replace(/\r\n/g, '\n').trim()}\n`, policy);
      const newest = await openCheckpoint(now.checkpoint, policy);
      await verifyContinues(earlier, newest, (path) => tileOf(path, record.log));
      const sizes = { size: words.number(earlier.size), now: words.number(newest.size) };
      fill(
        result,
        note(words.t('compare.good', sizes), 'good'),
        preference('policy') === null && note(words.t('proof.own-word'), 'warn'),
      );
    } catch (error) {
      fill(result, refusedNote(context, error));
    }
  };
  return card(
    words.t('compare'),
    h('p', { class: 'quiet' }, words.t('compare.intro')),
    h(
      'form',
      {
        class: 'verify',
        submit: (event) => {
          event.preventDefault();
          void run();
        },
      },
      field(words.t('compare.text'), text, words.t('compare.hint', { origin: record.origin })),
      h('div', { class: 'buttons' }, h('button', { type: 'submit', class: 'primary' }, words.t('compare.do'))),
    ),
    hasCrypto() ? result : note(words.t('proof.no-crypto'), 'warn'),
  );
};

const bytesOfFile = async (input: HTMLInputElement): Promise<Bytes | null> => {
  const file = input.files?.[0];
  if (file === undefined || file.size > FILE_BYTES_MAX) return null;
  return new Uint8Array(await file.arrayBuffer());
};

/** As `comity judge` prints it there is a newline behind the judgement, which is no part of it; of a file that was
 *  appended it is one. */
const withoutNewline = (bytes: Bytes): Bytes => {
  const end = bytes.length - (bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0);
  return bytes.slice(0, end);
};

const verifyEither = async (receipt: string, bytes: Bytes, policy: Policy): Promise<Proved> => {
  const bare = withoutNewline(bytes);
  try {
    return await verifyReceipt(receipt, bare, policy);
  } catch (error) {
    if (!(error instanceof Refused) || error.reason !== 'root' || bare.length === bytes.length) throw error;
    return verifyReceipt(receipt, bytes, policy);
  }
};

type Found = readonly [receipt: string | null, judgement: Bytes | null];

/** A number of an entry, or two files: the receipt and the judgement it is about. */
const verifier = (context: Context, record: RecordState): HTMLElement => {
  const { words } = context;
  const result = h('div', { class: 'result', role: 'status' });
  const entry = h('input', {
    inputmode: 'numeric',
    pattern: '[0-9]+',
    maxlength: 16,
    dir: 'ltr',
    autocomplete: 'off',
  });
  const receiptFile = h('input', { type: 'file' });
  const judgementFile = h('input', { type: 'file' });
  const prove = async (go: () => Promise<Found>): Promise<void> => {
    fill(result, h('p', { class: 'loading' }, words.t('proof.working')));
    try {
      const [receipt, judgement] = await go();
      if (receipt === null || judgement === null) {
        fill(result, note(words.t('verify.choose'), 'warn'));
        return;
      }
      const proved = await verifyEither(receipt, judgement, await readPolicy(policyOf(record)));
      fill(
        result,
        provedNote(context, proved),
        preference('policy') === null && note(words.t('proof.own-word'), 'warn'),
        go === byEntry && keepButtons(context, record.log, proved.index.toString(), receipt, judgement),
      );
    } catch (error) {
      fill(result, refusedNote(context, error));
    }
  };
  const byEntry = async (): Promise<Found> => {
    const number = entry.value.trim();
    if (!/^(?:0|[1-9][0-9]{0,15})$/.test(number)) return [null, null];
    const [receipt, whole] = await Promise.all([
      getText(inLog(`/v1/record/proof/${number}`, record.log)),
      getText(inLog(`/v1/judgements/${number}`, record.log)),
    ]);
    const judgement = memberText(whole, 'judgement');
    if (judgement === 'null') throw new Refused('untold');
    return [receipt, judgement === undefined ? null : utf8(judgement)];
  };
  const byFiles = async (): Promise<Found> => {
    const receipt = await bytesOfFile(receiptFile);
    return [receipt === null ? null : new TextDecoder().decode(receipt), await bytesOfFile(judgementFile)];
  };
  const form = (go: () => Promise<Found>, ...fields: Child[]): HTMLElement =>
    h(
      'form',
      {
        class: 'verify',
        submit: (event) => {
          event.preventDefault();
          void prove(go);
        },
      },
      fields,
      h('button', { type: 'submit', class: 'primary' }, words.t('verify.do')),
    );
  return card(
    words.t('verify'),
    h('p', { class: 'quiet' }, words.t('proof.intro')),
    h(
      'div',
      { class: 'columns' },
      form(
        byEntry,
        h('h3', {}, words.t('verify.entry')),
        field(words.t('verify.number'), entry, words.t('verify.number.hint')),
      ),
      form(
        byFiles,
        h('h3', {}, words.t('verify.files')),
        field(words.t('receipt'), receiptFile),
        field(words.t('verify.judgement'), judgementFile, words.t('verify.files.hint')),
      ),
    ),
    hasCrypto() ? result : note(words.t('proof.no-crypto'), 'warn'),
  );
};

const keys = (all: readonly string[]): Child => all.map((key) => h('div', { class: 'hash' }, code(key)));

const parts = (context: Context, record: RecordState): Child => {
  const { words } = context;
  return [
    card(
      words.t('checkpoint'),
      facts([
        [words.t('origin'), code(record.origin)],
        [words.t('entries'), words.number(record.size)],
        [words.t('time'), typeof record.time === 'string' ? moment(words, record.time) : '–'],
        [words.t(record.keys.length === 1 ? 'key' : 'keys'), keys(record.keys)],
        ...(record.past_keys.length === 0 ? [] : [[words.t('keys.past'), keys(record.past_keys)] as const]),
      ]),
      signedState(context, record),
      h(
        'details',
        {},
        h('summary', {}, words.t('checkpoint.text')),
        region(words.t('checkpoint.text'), record.checkpoint),
      ),
    ),
    witnesses(context, record),
    verifier(context, record),
    comparison(context, record),
    trust(context, record),
  ];
};

/** Which year's log is shown, where there are several; stays as it is when another is drawn, with the focus in it. */
const chooser = ({ words }: Context, record: RecordState): HTMLElement => {
  const newest = record.logs.at(-1);
  const choice = select(
    [...record.logs].reverse().map((log) => [log, log] as const),
    record.log ?? '',
    () => {
      const query = new URLSearchParams(choice.value === newest ? {} : { log: choice.value });
      location.hash = writePlace(['record'], query);
    },
  );
  return field(words.t('record.log'), choice);
};

export const recordView: View = (context) => {
  const { words, main, me, query, signal } = context;
  const tools = h('div', { class: 'tools' });
  main.append(heading(words.t('tab.record'), tools), h('p', { class: 'lead' }, words.t('record.lead')));
  if (!me.record) {
    main.append(note(words.t('no-record')));
    return undefined;
  }
  const draw = (asked: URLSearchParams): HTMLElement => {
    const log = asked.get('log') ?? '';
    return loaded(
      context,
      () => getJson<RecordState>(inLog('/v1/record', isLog(log) ? log : null), signal),
      (record) => {
        const choice = tools.querySelector('select');
        if (choice !== null) choice.value = record.log ?? '';
        else if (record.logs.length > 1) fill(tools, chooser(context, record));
        return parts(context, record);
      },
    );
  };
  let all = draw(query);
  main.append(all);
  return (next) => {
    const fresh = draw(next);
    all.replaceWith(fresh);
    all = fresh;
  };
};
