import { cut, longest } from '../text/cut.js';

/** Enough for a traceback and what led to it. */
const keptLines = 60;

/** The trainer's last lines; repaints of a bar take one line between them. */
export class LogTail {
  readonly #lines: { bar: string | null; text: string }[] = [];

  add(text: string): void {
    const bar = /^([^|]*?)\s*\d+%\|/.exec(text)?.[1] ?? null;
    const last = this.#lines.at(-1);
    if (bar !== null && last?.bar === bar) this.#lines.pop();
    this.#lines.push({ bar, text: cut(text, longest.line) });
    if (this.#lines.length > keptLines) this.#lines.shift();
  }

  lines(): string[] {
    return this.#lines.map(({ text }) => text);
  }
}
