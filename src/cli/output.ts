/** The command was used in a way it can't be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Results go to stdout, and nothing else does. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Everything else goes to stderr; what came from outside may hold no terminal commands. */
export function say(text: string): void {
  if (speaker) speaker(text);
  else process.stderr.write(`${plain(text)}\n`);
}

let speaker: ((text: string) => void) | null = null;

/** While a display draws on the terminal, sentences go through it: it would draw over them. @returns how to end that. */
export function sayThrough(display: (text: string) => void): () => void {
  speaker = display;
  return () => {
    speaker = null;
  };
}

/** Without colours and cursor moves; other control characters but the line's end become blanks. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');
}

/** Columns as wide as their widest cell, two blanks between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
