import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Brackets, isDeeperThan, maxJsonDepth } from '../files/json.js';
import { maxRetryAfterMs } from './bounds.js';
import { ComfyError } from './errors.js';

export interface Reply {
  /** The HTTP status code. */
  status: number;
  contentType: string;
  body: Buffer;
  retryAfterMs?: number;
}

/** Seconds or a date (RFC 9110, 10.2.3), in milliseconds from now; undefined for anything else. */
export function parseRetryAfter(header: unknown): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, ms));
}

/** undefined where the body is no JSON, or nested deeper than ComfyUI ever does. */
export function parseJson({ body }: Reply): unknown {
  if (isDeeperThan(maxJsonDepth, body)) return undefined;
  try {
    // Drops a byte order mark.
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** What came instead of what was expected, in a few words. */
export function describe({ contentType, body }: Reply): string {
  const text = body.subarray(0, 400).toString('utf8');
  if (/^\s*<(!doctype|html|head|body)/i.test(text)) return 'a web page instead of JSON';
  if (body.length === 0) return 'an empty reply';
  if (isDeeperThan(maxJsonDepth, body)) return 'JSON that is nested too deeply';
  return contentType.startsWith('text/')
    ? JSON.stringify(text.split('\n')[0].slice(0, 120))
    : 'something other than JSON';
}

const decoders: Record<string, (() => Transform) | undefined> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** We ask for no encoding, but some gateways give one all the same. Unpacked only as fast as it is read. */
export function decoded(body: Readable, encoding: string): Readable {
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
  return decoder ? pipeline(body, decoder, () => undefined) : body;
}

type Pieces = AsyncIterable<Buffer>;

/** @throws ComfyError 'endless-reply' at the first byte too many, or before it where the length is told. */
export async function* bounded(body: Pieces, maxBytes: number, label: string, toldBytes = 0): AsyncGenerator<Buffer> {
  let bytes = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > maxBytes || toldBytes > maxBytes)
      throw new ComfyError('endless-reply', `${label} sent more than ${maxBytes} bytes, the limit for a reply.`);
    yield piece;
  }
}

export async function collected(body: Pieces): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Root, list and item of /queue. */
const shallow = 3;

/** A queue with the graphs of its prompts emptied as they arrive: thousands of them have more bytes than we have memory. */
export async function* withoutGraphs(body: Pieces): AsyncGenerator<Buffer> {
  const brackets = new Brackets();
  for await (const piece of body) {
    const kept = Buffer.allocUnsafe(piece.length);
    let length = 0;
    for (const byte of piece) {
      const before = brackets.depth;
      const depth = brackets.feed(byte);
      if (Math.min(before, depth) <= shallow) kept[length++] = byte;
    }
    // A copy: a view would keep all that was left out.
    yield Buffer.from(kept.subarray(0, length));
  }
}
