// Why a proof is not believed. The words for people are in the language files,
// under `refused.` and the reason.

export const reasons = [
  'key-form',
  'key-id',
  'key-type',
  'note-form',
  'other-log',
  'signature',
  'unsigned',
  'checkpoint-form',
  'receipt-form',
  'policy-form',
  'policy-log',
  'policy-quorum',
  'no-such-entry',
  'proof-length',
  'root',
  'no-salt',
  'untold',
  'too-large',
  'other-origin',
  'ahead',
  'tiles',
  'history',
] as const;

export type Reason = (typeof reasons)[number];

export class Refused extends Error {
  constructor(
    readonly reason: Reason,
    readonly detail = '',
  ) {
    super(detail === '' ? reason : `${reason}: ${detail}`);
    this.name = 'Refused';
  }
}
