import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { maxJsonDepth, maxRetryAfterMs } from './bounds.js';
import { ComfyError } from './errors.js';

export interface Reply {
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
  if (isDeeperThan(maxJsonDepth, body)) return 'JSON nested without end';
  return contentType.startsWith('text/')
    ? JSON.stringify(text.split('\n')[0].slice(0, 120))
    : 'something else than JSON';
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

/** @throws ComfyError 'endless-reply' at the first byte too many, or before it where the length is told. */
export async function readBounded(
  body: AsyncIterable<Buffer>,
  toldBytes: number,
  maxBytes: number,
  label: string,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const refuse = (): never => {
    throw new ComfyError('endless-reply', `${label} sends more than ${maxBytes} bytes; refused.`);
  };
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > maxBytes || toldBytes > maxBytes) refuse();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const quote = 0x22;
const backslash = 0x5c;
const isOpening = (byte: number): boolean => byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number): boolean => byte === 0x5d || byte === 0x7d;

/** Counts brackets outside of strings; one pass, no memory. */
function isDeeperThan(limit: number, json: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (isOpening(byte)) {
      if (++depth > limit) return true;
    } else if (isClosing(byte)) depth--;
  }
  return false;
}
