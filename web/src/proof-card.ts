// The proof of one judgement: its receipt is fetched and everything in it is
// verified here, step by step; or why it is not believed.
import { getJson, getText, Problem } from './api';
import type { Context } from './context';
import { saveButton } from './copy';
import { type Child, fill, h } from './dom';
import { inLog, type Log, ownPolicy } from './logs';
import { button, card, code, note, problemNote, moment } from './parts';
import { utf8 } from './proof/bytes';
import { hasCrypto } from './proof/crypto';
import { readPolicy } from './proof/policy';
import { type Proved, verifyReceipt } from './proof/receipt';
import { Refused } from './proof/refused';
import { preference } from './session';
import type { RecordState } from './types';

type In = Pick<Context, 'words'>;

export const provedNote = ({ words }: In, proved: Proved): HTMLElement => {
  const { checkpoint, witnesses } = proved;
  const size = words.number(checkpoint.size);
  return h(
    'div',
    { class: 'note good proved' },
    h('p', {}, h('strong', {}, words.t('proof.holds'))),
    h(
      'ol',
      { class: 'steps' },
      h('li', {}, words.t('proof.step.signed'), ' ', code(checkpoint.origin)),
      witnesses.length > 0 &&
        h(
          'li',
          {},
          words.t('proof.step.witnessed', { n: witnesses.length }),
          ' ',
          witnesses.map(
            (one): Child => [
              code(one.key.name),
              one.time !== undefined && [' ', moment(words, one.time.toISOString())],
              ' ',
            ],
          ),
        ),
      h('li', {}, words.t('proof.step.leaf'), ' ', h('span', { class: 'hash' }, code(proved.leaf))),
      h('li', {}, words.t('proof.step.climb', { n: proved.hashes, index: proved.index.toString(), size })),
    ),
  );
};

export const refusedNote = ({ words }: In, error: unknown): HTMLElement => {
  if (error instanceof Problem) return problemNote(words, error);
  const why = error instanceof Refused ? words.t(`refused.${error.reason}`) : words.t('problem.unknown');
  return h(
    'div',
    { class: 'note bad', role: 'alert' },
    h('p', {}, h('strong', {}, words.t('proof.refused'))),
    h('p', {}, why),
    error instanceof Refused && error.detail !== '' && h('p', {}, code(error.detail)),
  );
};

/** What shows it to others, offline: the receipt, and the judgement byte for byte. */
export const keepButtons = (
  { words }: In,
  log: Log,
  entry: string,
  receipt: string,
  judgement: BlobPart,
): HTMLElement => {
  const name = `entry-${log === null ? '' : `${log}-`}${entry}`;
  return h(
    'div',
    { class: 'buttons' },
    saveButton(words.t('receipt.save'), `${name}.tlog-proof`, receipt),
    saveButton(words.t('judgement.save'), `${name}.json`, judgement),
  );
};

/** The policy that the reader set on the page of the record; else the daemon's own word, which is told. */
const policyText = async (log: Log): Promise<{ text: string; own: boolean }> => {
  const kept = preference('policy');
  return kept !== null
    ? { text: kept, own: true }
    : { text: ownPolicy(await getJson<RecordState>(inLog('/v1/record', log))), own: false };
};

export const proofCard = (
  { words, announce }: Pick<Context, 'words' | 'announce'>,
  log: Log,
  entry: string,
  judgement: string,
): HTMLElement => {
  const result = h('div', { class: 'result' });
  const run = async (): Promise<void> => {
    if (result.hasAttribute('aria-busy')) return;
    result.setAttribute('aria-busy', 'true');
    fill(result, h('p', { class: 'loading' }, words.t('proof.working')));
    try {
      const [receipt, policy] = await Promise.all([getText(inLog(`/v1/record/proof/${entry}`, log)), policyText(log)]);
      const proved = await verifyReceipt(receipt, utf8(judgement), await readPolicy(policy.text));
      fill(
        result,
        provedNote({ words }, proved),
        !policy.own && note(words.t('proof.own-word'), 'warn'),
        keepButtons({ words }, log, entry, receipt, judgement),
        h(
          'details',
          {},
          h('summary', {}, words.t('receipt')),
          h('pre', { dir: 'ltr', tabindex: '0', role: 'region', 'aria-label': words.t('receipt') }, receipt),
        ),
      );
      announce(words.t('proof.holds'));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) fill(result, note(words.t('proof.later')));
      else fill(result, refusedNote({ words }, error));
    } finally {
      result.removeAttribute('aria-busy');
    }
  };
  const go = button(words.t('proof.do'), () => void run(), 'primary');
  return card(
    words.t('proof'),
    h('p', { class: 'quiet' }, words.t('proof.intro')),
    hasCrypto() ? go : note(words.t('proof.no-crypto'), 'warn'),
    result,
  );
};
