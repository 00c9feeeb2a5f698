import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES } from './limits.js';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface Request {
  message: IncomingMessage;
  query: URLSearchParams;
  params: Record<string, string>;
}

export type Handler = (request: Request) => Promise<Reply> | Reply;

/** A reply that ends the handling of a request, from wherever it is thrown. */
export class ReplyError extends Error {
  constructor(readonly reply: Reply) {
    super(`HTTP ${reply.status}`);
  }
}

export function json(value: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

export function text(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** No body and no content-type, as ComfyUI answers /queue, /interrupt and /free. */
export function empty(status = 200): Reply {
  return { status, headers: {}, body: '' };
}

export const serverError = text(500, '500 Internal Server Error\n\nServer got itself in trouble');
export const tooLarge = text(413, `Maximum request body size ${MAX_BODY_BYTES} exceeded.`);

/** @throws ReplyError 413 beyond the limit. The rest of a body refused is still read: see `send`. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  refuseLarge(message);
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`: leaving that early would destroy the socket before the reply.
  await new Promise<void>((resolve, reject) => {
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) reject(new ReplyError(tooLarge));
      else chunks.push(chunk);
    });
    message.on('end', resolve);
    message.on('error', reject);
  });
  return Buffer.concat(chunks);
}

/** @throws ReplyError 413 for a body that says it is beyond the limit. */
export function refuseLarge(message: IncomingMessage): void {
  if (Number(message.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw new ReplyError(tooLarge);
}

/** The body as JSON. @throws ReplyError 500 for anything else, as ComfyUI does. */
export async function readJson(message: IncomingMessage): Promise<unknown> {
  const body = await readBody(message);
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new ReplyError(serverError);
  }
}

/** Python's `"key" in json` and `json["key"]` on something that has to be an object. @throws ReplyError 500 */
export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ReplyError(serverError);
  return value as Record<string, unknown>;
}

/** Python's int(). @throws ReplyError 500 */
export function intOf(value: string | null): number | null {
  if (value === null) return null;
  if (!/^\s*[+-]?\d+\s*$/.test(value)) throw new ReplyError(serverError);
  return Number(value);
}

export function send(response: ServerResponse, message: IncomingMessage, reply: Reply): void {
  const body = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(reply.body);
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': String(body.length),
    server: 'Python/3.11 aiohttp/3.12.15',
  });
  response.end(message.method === 'HEAD' ? undefined : body);
  // A refused body is read to its end: a connection closed under the sender would hide the reply from it.
  if (!message.readableEnded) message.resume();
}
