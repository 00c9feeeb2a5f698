/** What YAML makes of texts that a person wrote without quotes, in words of a person. */

/** A value that needs quotes: where it begins, and the sentence. */
export interface QuotesNeeded {
  offset: number;
  sentence: string;
}

/** Signs that begin something else than a text. */
const startsOtherwise = /^[[\]{}@`%&*!|>,?#"'-]/;
/** What stands before a value: the indent, dashes of lists, one key. */
const beforeValue = /^\s*(?:- +)*(?:[\w.-]+: +)?/;
const longestShown = 60;
/** A line that no person wrote is not looked at. */
const longestLine = 4000;

/** Whether the line at a syntax error holds a text that quotes would cure; null where it does not look like it. */
export function quotesNeededAt(text: string, errorAt: number): QuotesNeeded | null {
  const start = text.lastIndexOf('\n', Math.max(0, errorAt - 1)) + 1;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end === -1 ? undefined : end).trimEnd();
  if (line.length > longestLine) return null;
  const before = beforeValue.exec(line)?.[0] ?? '';
  const value = line.slice(before.length);
  const why = reasonFor(value);
  if (why === null) return null;
  const example = `${before.trimStart()}${quoted(shortened(value))}`;
  return { offset: start + before.length, sentence: `${why}: put quotes around the whole text, as in ${example}` };
}

function reasonFor(value: string): string | null {
  // The end of a document.
  if (value.startsWith('---')) return null;
  if (/^["']/.test(value)) return closedEarly(value);
  // A section in braces holds texts of its own.
  if (/^\{\s*[\w.-]+\s*:/.test(value)) return null;
  if (startsOtherwise.test(value)) return `this text begins with ${value[0]}, which has a special meaning in YAML`;
  if (/: /.test(value)) return "this text contains ': ', which ends a key in YAML";
  return null;
}

function closedEarly(value: string): string | null {
  if (value.startsWith('"') && /\\[^"\\/abefnrtvNLPuUx0 _]/.test(value))
    return 'a backslash starts an escape sequence inside double quotes (inside single quotes it does not)';
  const closing = value.indexOf(value[0], 1);
  return closing > 0 && closing < value.length - 1 ? 'this text continues after its closing quote' : null;
}

function quoted(value: string): string {
  const bare = /^(["']).*\1$/.test(value) && /[\\]/.test(value) ? value.slice(1, -1) : value;
  return /["\\]/.test(bare) ? `'${bare.replaceAll("'", "''")}'` : `"${bare}"`;
}

const shortened = (text: string): string => (text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);

/** The parser's own sentence, where a person understands it. */
export function sentenceOf(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'this line is indented with a tab: use spaces.';
  if (code === 'DUPLICATE_KEY') return keyTwice;
  const oneLine = message.replace(/\s*\n\s*/g, ' ').trim();
  return /[.!?]$/.test(oneLine) ? oneLine : `${oneLine}.`;
}

export const keyTwice = 'this key appears twice: keep one of them.';

/** A text that was cut at a #, which begins a comment after a blank. */
export const cutAtHash = (kept: string, comment: string): string =>
  `the text ends before the #: it is ${kept === '' ? 'empty' : quoted(shortened(kept))}. Put quotes around the whole text if ` +
  `${quoted(shortened(`#${comment}`))} belongs to it; if it is a comment, put two spaces before the # and one after it.`;

export const leftOutOfText = (what: string): string =>
  `${quoted(shortened(what))} has a special meaning in YAML and was left out of the text: put quotes around the whole text.`;
