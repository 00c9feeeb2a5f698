/** Hangul, kana, CJK, full-width forms and emoji take two columns of a terminal (Unicode Standard Annex 11: W and F). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks that are drawn over the letter before them. */
const overlaid = /\p{Mn}|\p{Me}|\p{Cf}/u;

function columnsOf(character: string): number {
  if (overlaid.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** One line of at most so many columns; what is cut off is marked. */
export function fitted(text: string, columns: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  let width = 0;
  let whole = '';
  let cut = '';
  for (const character of line) {
    width += columnsOf(character);
    if (width > columns) return `${cut}…`;
    whole += character;
    if (width < columns) cut = whole;
  }
  return line;
}
