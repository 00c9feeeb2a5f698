import { Readable } from 'node:stream';
import { Agent, request, type Dispatcher, type FormData } from 'undici';
import { ComfyError, isPassing } from './errors.js';
import type { Logger, Timeouts } from './options.js';
import { pause } from './wake.js';

/** /queue holds the whole graph of every waiting prompt: a few kB each. */
const maxJsonBytes = 64 * 1024 * 1024;
const maxConnections = 8;
const firstRetryMs = 50;
const lastRetryMs = 1000;

export interface Call {
  json?: unknown;
  form?: () => FormData;
  /** For large bodies, read while they are sent. */
  stream?: () => { contentType: string; bytes: number; body(): AsyncGenerator<Buffer> };
  timeoutMs?: number;
  maxBytes?: number;
  signal?: AbortSignal;
}

export interface Reply {
  status: number;
  contentType: string;
  body: Buffer;
}

/** Plain HTTP to one server: bounded in time and size, follows no redirect, and turns every trouble into ComfyError. */
export class Connection {
  readonly baseUrl: URL;
  readonly #agent = new Agent({ connections: maxConnections, connect: { timeout: 5000 } });

  constructor(
    baseUrl: string,
    readonly headers: Record<string, string>,
    readonly timeouts: Timeouts,
    readonly logger: Logger,
  ) {
    this.baseUrl = parseBaseUrl(baseUrl);
  }

  /** What messages call the server. */
  get label(): string {
    return this.baseUrl.href.replace(/\/$/, '');
  }

  url(path: string): URL {
    return new URL(path.replace(/^\//, ''), this.baseUrl);
  }

  /** One try; any status below 500 but a redirect, 401, 403 and 413 is the caller's to judge. */
  async call(method: Dispatcher.HttpMethod, path: string, options: Call = {}): Promise<Reply> {
    const { json, form, stream, timeoutMs = this.timeouts.requestMs, maxBytes = maxJsonBytes, signal } = options;
    const end = deadline(timeoutMs, signal);
    const streamed = stream?.();
    try {
      const response = await request(this.url(path), {
        method,
        dispatcher: this.#agent,
        headers: {
          ...this.headers,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(streamed && { 'content-type': streamed.contentType, 'content-length': String(streamed.bytes) }),
        },
        body: streamed
          ? Readable.from(streamed.body(), { objectMode: false })
          : form
            ? form()
            : json === undefined
              ? null
              : JSON.stringify(json),
        signal: end.signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const body = await readBounded(response.body, maxBytes, this.label);
      const contentType = String(response.headers['content-type'] ?? '');
      return this.#judge({ status: response.statusCode, contentType, body }, path);
    } catch (error) {
      if (error instanceof ComfyError) throw error;
      signal?.throwIfAborted();
      throw this.#transportError(error, end.signal.aborted);
    } finally {
      end.clear();
    }
  }

  /** For requests that may be repeated: waits out a restart or a broken connection, for a bounded time. */
  async callPatiently(method: Dispatcher.HttpMethod, path: string, options: Call = {}): Promise<Reply> {
    let giveUpAt = Infinity;
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(lastRetryMs, waitMs * 2)) {
      try {
        return await this.call(method, path, options);
      } catch (error) {
        // Counted from the first failure: one request that stalled is always tried again, on another connection.
        giveUpAt = Math.min(giveUpAt, performance.now() + this.timeouts.unreachableMs);
        if (!isPassing(error) || performance.now() + waitMs > giveUpAt) throw error;
        this.logger.debug({ path, kind: error.kind }, 'ComfyUI is away; asking again');
        await pause(waitMs * (0.5 + Math.random() / 2), options.signal);
      }
    }
  }

  /** GET of a JSON document. @throws ComfyError 'bad-reply' for anything else. */
  async getJson(path: string, signal?: AbortSignal): Promise<unknown> {
    const reply = await this.callPatiently('GET', path, { signal });
    if (reply.status !== 200) throw this.badReply(path, `status ${reply.status}`, reply.status);
    return this.json(reply, path);
  }

  json(reply: Reply, path: string): unknown {
    const parsed = parseJson(reply);
    if (parsed === undefined) throw this.badReply(path, describe(reply), reply.status);
    return parsed;
  }

  badReply(path: string, found: string, status?: number): ComfyError {
    const message = `${this.label} answered ${path.split('?')[0]} with ${found}, which ComfyUI does not do: check the address, and any gateway before it.`;
    return new ComfyError('bad-reply', message, { status });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #judge(reply: Reply, path: string): Reply {
    const { status } = reply;
    if (status >= 300 && status < 400) throw this.badReply(path, `a redirect (${status})`, status);
    if (status === 413) {
      const message = `${this.label} takes no request this large (413): raise its --max-upload-size, or send a smaller picture.`;
      throw new ComfyError('too-large', message, { status });
    }
    if (status === 401 || status === 403) {
      const message = `${this.label} refuses us (${status}): give the worker the header that it asks for (--header).`;
      throw new ComfyError('forbidden', message, { status });
    }
    if (status >= 500) {
      throw new ComfyError('server-error', `${this.label} failed with ${status} (${describe(reply)}).`, { status });
    }
    return reply;
  }

  #transportError(cause: unknown, timedOut: boolean): ComfyError {
    const { code = '', message = '' } = cause as NodeJS.ErrnoException;
    if (timedOut || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      return new ComfyError('timeout', `${this.label} did not answer in time.`, { cause });
    }
    if (unreachableCodes.has(code)) {
      return new ComfyError('unreachable', `No ComfyUI can be reached at ${this.label} (${code}): is it running?`, {
        cause,
      });
    }
    return new ComfyError('dropped', `The connection to ${this.label} broke (${code || message}).`, { cause });
  }
}

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** undefined where the body is no JSON. */
export function parseJson({ body }: Reply): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function describe({ contentType, body }: Reply): string {
  const text = body.subarray(0, 400).toString('utf8');
  if (/^\s*<(!doctype|html|head|body)/i.test(text)) return 'a web page instead of JSON';
  if (body.length === 0) return 'an empty reply';
  return contentType.startsWith('text/')
    ? JSON.stringify(text.split('\n')[0].slice(0, 120))
    : 'something else than JSON';
}

async function readBounded(body: AsyncIterable<Buffer>, maxBytes: number, label: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (bytes > maxBytes) throw new ComfyError('bad-reply', `${label} sent more than ${maxBytes} bytes; refused.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ComfyError(
      'bad-setting',
      `'${text}' is no address of a ComfyUI server; one looks like http://127.0.0.1:8188.`,
    );
  }
  if (url.username || url.password) {
    throw new ComfyError(
      'bad-setting',
      'Credentials do not belong into the address of ComfyUI: give them as a header.',
    );
  }
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** AbortSignal.any keeps listeners on a long-lived signal; this takes its own away again. */
function deadline(timeoutMs: number, outer?: AbortSignal): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted) abort();
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
