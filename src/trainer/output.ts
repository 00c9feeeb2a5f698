import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import { cut, longest } from '../text/cut.js';

/** A line longer than this is cut: a trainer that prints without end must not fill our memory. */
const longestSegment = 64 * 1024;

/** Turns chunks of a stream into lines and bar repaints, without control sequences and empty ones. */
export class SegmentReader {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(private readonly onSegment: (segment: string) => void) {}

  push(chunk: Buffer): void {
    const pieces = (this.#rest + this.#decoder.write(chunk)).split(/[\r\n]+/);
    this.#rest = (pieces.pop() ?? '').slice(-longestSegment);
    for (const piece of pieces) this.#emit(piece);
  }

  end(): void {
    this.#emit(this.#rest + this.#decoder.end());
    this.#rest = '';
  }

  #emit(piece: string): void {
    const segment = stripVTControlCharacters(piece).trimEnd();
    if (segment !== '') this.onSegment(segment);
  }
}

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
