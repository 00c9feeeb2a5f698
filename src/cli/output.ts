import stringWidth from 'string-width';
import { wrapped } from './display/columns.js';
import { failureTypeOf, fixLineOf } from '../run/failures.js';

/** The command was used in a way it can't be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly type = 'bad-input';
}

/** Results go to stdout, and nothing else does; what came from outside may hold no terminal commands. */
export function printResult(text: string): void {
  process.stdout.write(`${forStream(plain(text), process.stdout)}
`);
}

/** A terminal breaks long lines within words; a pipe gets them whole. */
const forStream = (text: string, { isTTY, columns }: NodeJS.WriteStream): string =>
  isTTY ? wrapped(text, (columns || 80) - 1) : text;

export function printJson(document: unknown): void {
  process.stdout.write(`${escaped(JSON.stringify(document, null, 2))}\n`);
}

/** Everything else goes to stderr; what came from outside may hold no terminal commands. */
export function say(text: string): void {
  if (speaker) speaker(text);
  else process.stderr.write(`${forStream(plain(text), process.stderr)}\n`);
}

let speaker: ((text: string) => void) | null = null;

/** While a display draws on the terminal, sentences go through it: it would draw over them. @returns how to end that. */
export function sayThrough(display: (text: string) => void): () => void {
  speaker = display;
  return () => {
    speaker = null;
  };
}

/* eslint-disable no-control-regex */
/** Of a terminal: a control sequence (CSI), a string for it up to its end (a title, a link), any other escape. */
const sequences =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;
/** What turns the direction of the text around it, so that it reads as something else. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What JSON.stringify leaves as it is. */
const unescaped = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/* eslint-enable no-control-regex */

/** Without escapes and turns of direction; other control characters but the line's end become blanks. */
export function plain(text: string): string {
  return text.replace(sequences, '').replace(controls, ' ').replace(directions, '');
}

/** The same JSON document, in characters that no terminal obeys. */
function escaped(json: string): string {
  return json.replace(unescaped, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Columns as wide as their widest cell, two blanks between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, stringWidth(cell))),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(widths[column] - stringWidth(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Nobody reads more at once. */
export const mostTold = 10;

/** The first ones, one by one, then how many are left. */
export function tellFirst(problems: readonly string[], tell: (text: string) => void): void {
  for (const problem of problems.slice(0, mostTold)) tell(problem);
  if (problems.length > mostTold) tell(`… and ${(problems.length - mostTold).toLocaleString('en-US')} more.`);
}

/** What went wrong, and the fix of the table where the message does not name it: each on a line of its own. */
export function errorLines(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const type = failureTypeOf(error);
  const fix = type === null ? null : fixLineOf(type);
  return fix === null ? [message] : [message, fix];
}

/** As the last words of a command. A bug needs its place; what the table knows only its sentences. */
export function tellError(error: unknown): void {
  const [message, ...fix] = errorLines(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const isBug = failureTypeOf(error) === null;
  for (const line of [isBug || process.env.AZIT_DEBUG ? (stack ?? message) : message, ...fix]) say(line);
}
