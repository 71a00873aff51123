// The text of a rule with the names of other rules made out, so that they can be followed.

export interface Piece {
  readonly text: string;
  readonly rule: boolean;
}

/** Cuts text at names that `isRule` knows: words of letters, digits, dots and hyphens, outside quotes. */
export const piecesOf = (text: string, isRule: (name: string) => boolean): Piece[] => {
  const pieces: Piece[] = [];
  let plain = '';
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"|[A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)+|[\s\S]/g)) {
    if (part.startsWith('"') || !isRule(part)) {
      plain += part;
      continue;
    }
    if (plain !== '') pieces.push({ text: plain, rule: false });
    pieces.push({ text: part, rule: true });
    plain = '';
  }
  if (plain !== '') pieces.push({ text: plain, rule: false });
  return pieces;
};
