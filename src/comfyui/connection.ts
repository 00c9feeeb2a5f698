import { Readable } from 'node:stream';
import type { Agent, Dispatcher, FormData, request } from 'undici';
import { maxOddReplies, maxReplyBytes, type Timeouts } from './bounds.js';
import { deadline, pause } from './wake.js';
import { ComfyError, failingError, isInternal, isPassing, leastFailures } from './errors.js';
import type { Logger } from './options.js';
import { bounded, collected, decoded, describe, parseJson, parseRetryAfter, type Reply } from './reply.js';

const maxConnections = 8;
const connectMs = 5000;
const firstRetryMs = 50;
const lastRetryMs = 1000;
/** After a 500, doubled each time. */
const failingRestMs = 500;
/** Shorter troubles are not worth a second line in the log. */
const tellBackMs = 500;
/** A gateway that fails now and then would fill the log. */
const tellAgainMs = 10_000;

export interface Call {
  json?: unknown;
  form?: (Form: typeof FormData) => FormData;
  /** For large bodies, read while they are sent. */
  stream?: () => { contentType: string; bytes: number; body(): AsyncGenerator<Buffer> };
  timeoutMs?: number;
  maxBytes?: number;
  /** Leaves out what is not needed as it arrives; `maxBytes` is what may arrive then, and the rest is bounded as usual. */
  slim?: (body: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
  signal?: AbortSignal;
}

interface Sockets {
  request: typeof request;
  FormData: typeof FormData;
  agent: Agent;
  /** Pictures and uploads have their own: what drips in never keeps a prompt waiting. */
  transfers: Agent;
}

/** At the first call: who only looks renders up loads no HTTP. */
async function openSockets(): Promise<Sockets> {
  const { Agent, FormData, request } = await import('undici');
  const options = { connections: maxConnections, connect: { timeout: connectMs } };
  return { request, FormData, agent: new Agent(options), transfers: new Agent(options) };
}

/** Plain HTTP to one server: bounded in time and size, follows no redirect, and turns every trouble into ComfyError. */
export class Connection {
  readonly baseUrl: URL;
  #sockets: Promise<Sockets> | null = null;
  #awaySince: number | null = null;
  #toldAt = -Infinity;

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
    const { json, form, stream, timeoutMs = this.timeouts.requestMs, maxBytes = maxReplyBytes, signal } = options;
    const end = deadline(timeoutMs, signal);
    const streamed = stream?.();
    try {
      const { request, FormData, agent, transfers } = await (this.#sockets ??= openSockets());
      const response = await request(this.url(path), {
        method,
        dispatcher: options.timeoutMs === undefined ? agent : transfers,
        headers: {
          ...this.headers,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(streamed && { 'content-type': streamed.contentType, 'content-length': String(streamed.bytes) }),
        },
        body: streamed
          ? Readable.from(streamed.body(), { objectMode: false })
          : form
            ? form(FormData)
            : json === undefined
              ? null
              : JSON.stringify(json),
        signal: end.signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const toldBytes = Number(response.headers['content-length'] ?? 0);
      const encoding = String(response.headers['content-encoding'] ?? '').toLowerCase();
      const pieces = bounded(decoded(response.body, encoding), maxBytes, this.label, toldBytes);
      const kept = options.slim ? bounded(options.slim(pieces), maxReplyBytes, this.label) : pieces;
      const body = await collected(kept);
      const contentType = String(response.headers['content-type'] ?? '');
      const retryAfterMs = parseRetryAfter(response.headers['retry-after']);
      return this.#judge({ status: response.statusCode, contentType, body, retryAfterMs }, path);
    } catch (error) {
      if (error instanceof ComfyError) throw error;
      signal?.throwIfAborted();
      throw this.#transportError(error, end.signal.aborted);
    } finally {
      end.clear();
    }
  }

  /**
   * For requests that may be repeated: waits out a restart, a broken connection and a few odd replies, for a bounded time;
   * of a POST also an exception of the server's own, a few times.
   * `read` throws what it can't use.
   */
  async callPatiently<T = Reply>(
    method: Dispatcher.HttpMethod,
    path: string,
    options: Call = {},
    read: (reply: Reply) => T = (reply) => reply as T,
  ): Promise<T> {
    let giveUpAt = Infinity;
    let odd = 0;
    let failures = 0;
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(lastRetryMs, waitMs * 2)) {
      try {
        const result = read(await this.call(method, path, options));
        this.#answers();
        return result;
      } catch (error) {
        // Counted from the first failure: one request that stalled is always tried again, on another connection.
        giveUpAt = Math.min(giveUpAt, performance.now() + this.timeouts.unreachableMs);
        const isFailing = method === 'POST' && isInternal(error);
        if (isFailing) failures++;
        const mayPass = isPassing(error) || isFailing || (isOdd(error) && ++odd < maxOddReplies);
        const jittered = isFailing ? failingRestMs * 2 ** (failures - 1) : waitMs * (0.5 + Math.random() / 2);
        const restMs = Math.max(jittered, (error as ComfyError).retryAfterMs ?? 0);
        const isTooLong = performance.now() + restMs > giveUpAt;
        if (isFailing && isTooLong && failures >= leastFailures) throw failingError(error, failures);
        if (!mayPass || (isTooLong && !isFailing)) throw error;
        this.#failsToAnswer(error as ComfyError, path);
        await pause(restMs, options.signal);
      }
    }
  }

  /** GET of a JSON document. @throws ComfyError 'bad-reply' for anything else. */
  async getJson(path: string, signal?: AbortSignal, size: Pick<Call, 'maxBytes' | 'slim'> = {}): Promise<unknown> {
    return await this.callPatiently('GET', path, { signal, ...size }, (reply) => {
      if (reply.status !== 200) throw this.badReply(path, `status ${reply.status}`, reply.status);
      return this.json(reply, path);
    });
  }

  json(reply: Reply, path: string): unknown {
    const parsed = parseJson(reply);
    if (parsed === undefined) throw this.badReply(path, describe(reply), reply.status);
    return parsed;
  }

  badReply(path: string, found: string, status?: number): ComfyError {
    const message = `${this.label} answered ${path.split('?')[0]} with ${found}, which ComfyUI never does: check the URL, and any gateway in front of it.`;
    return new ComfyError('bad-reply', message, { status });
  }

  async close(): Promise<void> {
    const sockets = await this.#sockets;
    await Promise.all([sockets?.agent.destroy(), sockets?.transfers.destroy()]);
  }

  /** Many requests may fail in one outage: it is told once, and its end. */
  #failsToAnswer({ message, kind }: ComfyError, path: string): void {
    if (this.#awaySince !== null) return;
    this.#awaySince = performance.now();
    if (this.#awaySince - this.#toldAt < tellAgainMs) return;
    this.#toldAt = this.#awaySince;
    const seconds = Math.ceil(this.timeouts.unreachableMs / 1000);
    this.logger.info({ path, kind }, `${message} Retrying for up to ${seconds} s.`);
  }

  #answers(): void {
    if (this.#awaySince === null) return;
    const awayMs = performance.now() - this.#awaySince;
    this.#awaySince = null;
    if (awayMs < tellBackMs) return;
    this.logger.info({ awayMs }, `ComfyUI at ${this.label} responds again after ${(awayMs / 1000).toFixed(1)} s.`);
  }

  #judge(reply: Reply, path: string): Reply {
    const { status, retryAfterMs } = reply;
    if (status >= 300 && status < 400) throw this.badReply(path, `a redirect (${status})`, status);
    if (status === 413) {
      const message = `${this.label} rejects a request this large (413 for ${path.split('?')[0]}): raise ComfyUI's --max-upload-size, or the limit of the gateway in front of it (nginx: client_max_body_size).`;
      throw new ComfyError('too-large', message, { status });
    }
    if (status === 401 || status === 403) {
      const message = `${this.label} denies access (${status} for ${path.split('?')[0]}): send the header that it requires (--header), or let the gateway in front of it pass this path.`;
      throw new ComfyError('forbidden', message, { status });
    }
    // 429: a gateway that counts requests.
    if (status >= 500 || status === 429) {
      const message = `${this.label} failed with ${status} for ${path.split('?')[0]} (${describe(reply)}).`;
      throw new ComfyError('server-error', message, { status, retryAfterMs });
    }
    return reply;
  }

  #transportError(cause: unknown, timedOut: boolean): ComfyError {
    const { code = '', message = '' } = cause as NodeJS.ErrnoException;
    if (timedOut || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      return new ComfyError('timeout', `${this.label} did not respond in time.`, { cause });
    }
    if (unreachableCodes.has(code)) {
      return new ComfyError('unreachable', `No ComfyUI is reachable at ${this.label} (${code}).`, { cause });
    }
    if (tlsCodes.test(code)) {
      const message = `${this.label} can't be reached over TLS (${code}): check whether the URL needs http or https, and add its certificate with NODE_EXTRA_CA_CERTS.`;
      return new ComfyError('bad-setting', message, { cause });
    }
    return new ComfyError('dropped', `The connection to ${this.label} broke (${code || message}).`, { cause });
  }
}

const isOdd = (error: unknown): boolean => error instanceof ComfyError && error.kind === 'bad-reply';

/** A certificate that nobody vouches for, one for another name, or no TLS at all: no repetition cures these. */
const tlsCodes = /SELF_SIGNED_CERT|^UNABLE_TO_(GET|VERIFY)_|^CERT_|^ERR_TLS_|^ERR_SSL_|^EPROTO$/;

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Ends with a slash, so that paths can be put behind it. @throws ComfyError 'bad-setting' */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ComfyError(
      'bad-setting',
      `'${text}' is not the URL of a ComfyUI server; expected something like http://127.0.0.1:8188.`,
    );
  }
  if (url.username || url.password) {
    throw new ComfyError('bad-setting', "Don't put credentials in ComfyUI's URL; use --header.");
  }
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
