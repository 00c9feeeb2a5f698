import { hasInterval, type Score } from '../run/checkpoint-record.js';
import { withoutMinusZero } from '../text/figures.js';

/** Foreign words in Markdown: one line, no control or direction characters. */
export function lineOf(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
      .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
      .trim()
  );
}

/** As code, in which nothing is a link, a tag or a picture. */
export function code(text: string): string {
  const line = lineOf(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${room}${line}${room}${fence}`;
}

/** As plain words: whatever Markdown or HTML would read as its own is escaped, addresses too. */
export const words = (text: string): string =>
  lineOf(text)
    .replace(/[\\`*_{}[\]<>#!|~&@]/g, '\\$&')
    .replace(/:(?=\/)|(?<=www)\./gi, '\\$&');

/** A cell may hold no bar, not even in code. */
export const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

export const figure = (value: number, digits = 3): string => withoutMinusZero(value, digits);

export const intervalWords = (score: Score): string =>
  hasInterval(score) ? `${figure(score.low)} to ${figure(score.high)}` : 'no interval';

/** e.g. 0.712 (0.651 to 0.773; 12 pictures) */
export function scoreWords(score: Score): string {
  if (score.n === 0) return 'unknown: no face was found';
  return `${figure(score.mean)} (${intervalWords(score)}; ${score.n} ${score.n === 1 ? 'image' : 'images'})`;
}
