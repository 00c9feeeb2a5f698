import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

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
