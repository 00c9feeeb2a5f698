/** Hangul, kana, CJK, full-width forms take two columns of a terminal (Unicode Standard Annex 11: W and F). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;
/** Marks that are drawn over the letter before them. */
const overlaid = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
/** What a person sees as one letter may be many: a family of four, a flag, a vowel under its consonant. */
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function columnsOf(letter: string): number {
  if (overlaid.test(letter)) return 0;
  return wide.test(letter) || emoji.test(letter) ? 2 : 1;
}

export const widthOf = (text: string): number =>
  [...letters.segment(text)].reduce((sum, { segment }) => sum + columnsOf(segment), 0);

/** One line of at most so many columns; what is cut off is marked. */
export function fitted(text: string, columns: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  let width = 0;
  let whole = '';
  let cut = '';
  for (const { segment } of letters.segment(line)) {
    width += columnsOf(segment);
    if (width > columns) return `${cut}…`;
    whole += segment;
    if (width < columns) cut = whole;
  }
  return line;
}

/** Broken between words, its further lines set in; a word that is longer than a line stays whole, to be copied. */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (widthOf(line) <= columns) return [line];
      const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
      const lines: string[] = [];
      let current = '';
      for (const word of line.split(/(?<=\S) +/)) {
        const longer = current === '' ? word : `${current} ${word}`;
        if (current !== '' && widthOf(longer) > columns) {
          lines.push(current);
          current = `${indent}${word}`;
        } else current = longer;
      }
      return [...lines, current];
    })
    .join('\n');
}
