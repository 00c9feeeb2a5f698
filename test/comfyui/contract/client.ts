import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { WebSocket } from 'ws';
import type { TestGraph } from './graphs.js';

export type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are what the tests look into

/** Far beyond what anything here takes, on a machine that is busy with other things too. */
const WAIT_MS = 120_000;

export interface Place {
  url: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** As /system_stats tells it. */
  version: string;
  checkpoint: string;
  /** Folders of the server as this machine sees them; null: it does not. */
  lorasDir: string | null;
  outputDir: string | null;
}

/** Without what a server that was started with --enable-assets adds to each file that it tells of. */
export const withoutAssets = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (key, found: Json) => {
    if (key === 'asset') return undefined;
    if (typeof found !== 'object' || found === null || !('filename' in found)) return found;
    const { id: _, ...file } = found;
    return file;
  }) as T;

/** A server as a client sees it. */
export class Client {
  readonly url: string;
  readonly checkpoint: string;

  constructor(readonly place: Place) {
    this.url = place.url;
    this.checkpoint = place.checkpoint;
  }

  /** Whether the server is of this version or a later one. */
  since(version: string): boolean {
    const [own, other] = [this.place.version, version].map((text) => text.split('.').map(Number));
    const at = own.findIndex((number, i) => number !== other[i]);
    return at < 0 || own[at] > other[at];
  }

  get(route: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + route, { headers: { ...this.place.headers, ...headers } });
  }

  async json(route: string): Promise<Json> {
    return (await this.get(route)).json();
  }

  post(route: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = body === undefined || typeof body === 'string' ? (body as string | undefined) : JSON.stringify(body);
    return fetch(this.url + route, { method: 'POST', body: text, headers: { ...this.place.headers, ...headers } });
  }

  /** Posts a graph that has to be accepted; returns its id. */
  async submit(prompt: TestGraph, more: Record<string, unknown> = {}): Promise<string> {
    const reply = await this.post('/prompt', { prompt, ...more });
    const text = await reply.text();
    if (reply.status !== 200) throw new Error(`refused: ${text}`);
    return (JSON.parse(text) as { prompt_id: string }).prompt_id;
  }

  /** Posts a graph that has to be refused; returns the body of the 400. */
  async refused(prompt: unknown, more: Record<string, unknown> = {}): Promise<Json> {
    const reply = await this.post('/prompt', { prompt, ...more });
    if (reply.status !== 400) throw new Error(`answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  }

  async finished(promptId: string): Promise<Json> {
    return await until(async () => (await this.json(`/history/${promptId}`))[promptId]);
  }

  async run(prompt: TestGraph, more: Record<string, unknown> = {}): Promise<Json> {
    return await this.finished(await this.submit(prompt, more));
  }

  /** Resolves when the prompt runs. */
  async running(promptId: string): Promise<void> {
    await until(async () => (await this.json('/queue')).queue_running[0]?.[1] === promptId);
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await until(async () => (await this.json('/prompt')).exec_info.queue_remaining === 0);
  }

  /**
   * Resolves when the prompt is over. Interrupts again, since the flag is lowered as a prompt starts, after it is said to
   * run; but seldom, since one too many may stop the prompt behind it.
   */
  async stopped(promptId: string): Promise<Json> {
    let interruptFrom = 0;
    return await until(async () => {
      if (Date.now() >= interruptFrom) {
        interruptFrom = Date.now() + 1000;
        await this.interrupt(promptId);
      }
      return (await this.json(`/history/${promptId}`))[promptId];
    });
  }

  /** Leaves nothing running or waiting. */
  async settle(): Promise<void> {
    await this.post('/queue', { clear: true });
    await until(async () => {
      const { queue_remaining } = (await this.json('/prompt')).exec_info;
      if (queue_remaining > 0) await this.interrupt();
      return queue_remaining === 0;
    });
  }

  async interrupt(promptId?: string): Promise<void> {
    await this.post('/interrupt', promptId === undefined ? undefined : { prompt_id: promptId });
  }

  view(image: { filename: string; subfolder: string; type: string }): Promise<Response> {
    return this.get(`/view?${new URLSearchParams({ ...image })}`);
  }

  async bytes(image: { filename: string; subfolder: string; type: string }): Promise<Buffer> {
    const reply = await this.view(image);
    if (reply.status !== 200) throw new Error(`/view answered ${reply.status}`);
    return Buffer.from(await reply.arrayBuffer());
  }

  /** RGB bytes of the only picture of a history entry. */
  async pixels(entry: Json): Promise<Buffer> {
    const [output] = Object.values(entry.outputs) as Json[];
    if (!output) throw new Error(`no image: ${JSON.stringify(entry.status)}`);
    return await sharp(await this.bytes(output.images[0]))
      .raw()
      .toBuffer();
  }

  async socket(clientId: string): Promise<Listener> {
    const { headers } = this.place;
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/ws?clientId=${clientId}`, { headers });
    const listener = new Listener(socket);
    await listener.message((message) => message.type === 'status');
    return listener;
  }

  async upload(name: string | null, bytes: Buffer, fields: Record<string, string> = {}): Promise<Response> {
    const form = new FormData();
    for (const [key, value] of Object.entries(fields)) form.append(key, value);
    if (name !== null) form.append('image', new Blob([new Uint8Array(bytes)]), name);
    return await fetch(`${this.url}/upload/image`, { method: 'POST', body: form, headers: this.place.headers });
  }
}

/** A websocket that keeps all it hears. */
export class Listener {
  readonly messages: Json[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (raw, isBinary) => {
      if (!isBinary) this.messages.push(JSON.parse((raw as Buffer).toString()));
    });
  }

  message(wanted: (message: Json) => boolean): Promise<Json> {
    return until(() => Promise.resolve(this.messages.find(wanted)));
  }

  /** Until the prompt is over, the last message included. */
  async over(promptId: string): Promise<Json[]> {
    await this.message(({ type, data }) => type === 'executing' && data.node === null && data.prompt_id === promptId);
    return this.messages;
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}

export async function until<Value>(look: () => Promise<Value>): Promise<NonNullable<Value>> {
  for (const started = Date.now(); Date.now() - started < WAIT_MS; await sleep(5)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error('what was waited for did not come');
}
