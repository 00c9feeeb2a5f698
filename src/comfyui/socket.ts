import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { z } from 'zod';
import { parseJson } from '../files/json.js';
import { maxEventBytes, maxMessageBytes } from './bounds.js';
import type { Connection } from './connection.js';

/** A first prompt waits this long for its websocket; afterwards polling has to do. */
const openMs = 1000;
/** ComfyUI has no heartbeat of its own: a half-open connection would stay silent for ever. */
const pingMs = 10_000;
const firstRetryMs = 250;
const lastRetryMs = 5000;
/** Kept open between two units of work. */
const lingerMs = 2000;
/** A connection that dies younger than this was no success: the next one waits longer. */
const soundMs = 10_000;

const event = z.object({
  type: z.string(),
  data: z.looseObject({
    prompt_id: z.string().optional(),
    node: z.unknown().optional(),
    value: z.unknown().optional(),
    max: z.unknown().optional(),
  }),
});

export interface Listener {
  /** The client id that the prompt was posted with; null where another attempt did that. */
  postedAs: string | null;
  /** Something may have changed: look now. */
  wake(): void;
  /** A sign of life of this prompt; with numbers where a sampler reports them. */
  sign(progress: { value: number; max: number } | null): void;
}

/**
 * The websocket, which only tells when to look sooner: its events are not replayed, and a second connection with the
 * same client id goes silent for good. So each connection has a new id, and prompts are posted with the id that is open.
 */
export class Socket {
  #socket: WebSocket | null = null;
  #clientId: string = randomUUID();
  #opened: Promise<void> = Promise.resolve();
  #users = 0;
  #retryMs = firstRetryMs;
  #timer: NodeJS.Timeout | null = null;
  #ping: NodeJS.Timeout | null = null;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(readonly connection: Connection) {}

  /** Keeps the connection open until the returned function is called. */
  hold(): () => void {
    this.#users++;
    if (!this.#socket) this.#connect();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#users === 0) this.#later(() => this.#users === 0 && this.close(), lingerMs);
    };
  }

  /** The id to post a prompt with: of the connection that is open, if one opens in time. */
  async clientId(): Promise<string> {
    await this.#opened;
    return this.#clientId;
  }

  listen(promptId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(promptId) ?? new Set();
    this.#listeners.set(promptId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(promptId);
    };
  }

  close(): void {
    this.#later(null, 0);
    const socket = this.#socket;
    this.#socket = null;
    if (this.#ping) clearInterval(this.#ping);
    socket?.terminate();
  }

  #connect(): void {
    this.#later(null, 0);
    const url = this.connection.url('/ws');
    url.protocol = url.protocol.replace('http', 'ws');
    this.#clientId = randomUUID();
    url.searchParams.set('clientId', this.#clientId);
    const { headers } = this.connection;
    const socket = new WebSocket(url, {
      headers,
      handshakeTimeout: openMs,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
    });
    this.#socket = socket;
    this.#opened = new Promise((resolve) => {
      socket.once('open', resolve);
      socket.once('close', () => resolve());
    });
    socket.on('error', (error) => this.connection.logger.debug({ error: error.message }, "ComfyUI's websocket failed"));
    socket.on('open', () => this.#keepAlive(socket));
    socket.on('close', () => this.#closed(socket));
    socket.on('message', (data: Buffer, isBinary) => isBinary || this.#receive(data));
  }

  #keepAlive(socket: WebSocket): void {
    const openedAt = performance.now();
    socket.once('close', () => {
      if (performance.now() - openedAt > soundMs) this.#retryMs = firstRetryMs;
    });
    let answered = true;
    socket.on('pong', () => (answered = true));
    this.#ping = setInterval(() => {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, pingMs);
    this.#ping.unref();
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#ping) clearInterval(this.#ping);
    for (const listener of this.#everybody()) listener.wake();
    if (this.#users > 0) this.#later(() => this.#users > 0 && this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2);
  }

  #receive(data: Buffer): void {
    if (data.length > maxEventBytes) return;
    const parsed = event.safeParse(jsonOrNull(data));
    if (!parsed.success) return;
    const { type, data: detail } = parsed.data;
    // The queue changed: for prompts that were posted with another connection's id, all that is ever heard. The others
    // hear of their own end, and a look less is a look less at a server that draws meanwhile.
    if (type === 'status')
      for (const listener of this.#everybody()) if (listener.postedAs !== this.#clientId) listener.wake();
    for (const listener of this.#listeners.get(detail.prompt_id ?? '') ?? []) {
      const { value, max } = detail;
      listener.sign(
        type === 'progress' && typeof value === 'number' && typeof max === 'number' ? { value, max } : null,
      );
      if (isEnd(type, detail.node)) listener.wake();
    }
  }

  #everybody(): Listener[] {
    return [...this.#listeners.values()].flatMap((listeners) => [...listeners]);
  }

  #later(action: (() => unknown) | null, ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = action && setTimeout(action, ms);
    this.#timer?.unref();
  }
}

/** `execution_success` is sent before the history is written; `executing` without a node after it. */
const isEnd = (type: string, node: unknown): boolean =>
  (type === 'executing' && node === null) || type === 'execution_error' || type === 'execution_interrupted';

function jsonOrNull(data: Buffer): unknown {
  try {
    return parseJson(data);
  } catch {
    return null;
  }
}
