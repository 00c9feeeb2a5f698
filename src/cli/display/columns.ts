import stringWidth from 'string-width';

/** What a person sees as one letter may be many code points: a family of four, a flag, a vowel under its consonant. */
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line of at most so many columns; what is cut off is marked. */
export function fitted(text: string, columns: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  let width = 0;
  let whole = '';
  let cut = '';
  for (const { segment } of letters.segment(line)) {
    width += stringWidth(segment);
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
      if (stringWidth(line) <= columns) return [line];
      const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
      const lines: string[] = [];
      let current = '';
      for (const word of line.split(/(?<=\S) +/)) {
        const longer = current === '' ? word : `${current} ${word}`;
        if (current !== '' && stringWidth(longer) > columns) {
          lines.push(current);
          current = `${indent}${word}`;
        } else current = longer;
      }
      return [...lines, current];
    })
    .join('\n');
}
