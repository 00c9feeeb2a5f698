import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { WebSocket } from 'ws';
import { startSandboxComfy } from '../../../src/sandbox/comfyui/index.js';

export type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies are what the tests look into
export type TestGraph = Record<string, { class_type: string; inputs: Record<string, unknown>; _meta?: object }>;

/** Far beyond what anything here takes, on a machine that is busy with other things too. */
const WAIT_MS = 120_000;

/** A server as a client sees it. */
export class Client {
  constructor(
    readonly url: string,
    readonly base: string,
  ) {}

  get(route: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + route, { headers });
  }

  async json(route: string): Promise<Json> {
    return (await this.get(route)).json();
  }

  post(route: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = body === undefined || typeof body === 'string' ? (body as string | undefined) : JSON.stringify(body);
    return fetch(this.url + route, { method: 'POST', body: text, headers });
  }

  /** Posts a graph that has to be accepted; returns its id. */
  async submit(prompt: TestGraph, more: Record<string, unknown> = {}): Promise<string> {
    const reply = await this.post('/prompt', { prompt, ...more });
    const body = (await reply.json()) as Json;
    if (reply.status !== 200) throw new Error(`refused: ${JSON.stringify(body)}`);
    return body.prompt_id as string;
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

  async bytes(image: { filename: string; subfolder: string; type: string }): Promise<Buffer> {
    const reply = await this.get(`/view?${new URLSearchParams(image as Json)}`);
    if (reply.status !== 200) throw new Error(`/view answered ${reply.status}`);
    return Buffer.from(await reply.arrayBuffer());
  }

  /** RGB bytes of the only picture of a history entry. */
  async pixels(entry: Json): Promise<Buffer> {
    const [output] = Object.values(entry.outputs) as Json[];
    return await sharp(await this.bytes(output.images[0]))
      .raw()
      .toBuffer();
  }

  async socket(clientId: string): Promise<Listener> {
    const listener = new Listener(new WebSocket(`${this.url.replace('http', 'ws')}/ws?clientId=${clientId}`));
    await listener.message((message) => message.type === 'status');
    return listener;
  }
}

/** A websocket that keeps all it hears. */
export class Listener {
  readonly messages: Json[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (raw) => this.messages.push(JSON.parse(String(raw))));
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

/** One server for a file of tests: `const server = useServer();`, then `server().get(...)`. */
export function useServer(options: { fixedRenderMs?: number } = {}): () => Client {
  let client: Client;
  let close = () => Promise.resolve();
  before(async () => {
    const base = await temporaryFolder();
    const server = await startSandboxComfy({ port: 0, baseDirectory: base, ...options });
    client = new Client(server.url, base);
    close = async () => {
      await server.close();
      await rm(base, { recursive: true, force: true });
    };
  });
  after(() => close());
  return () => client;
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'azit-comfy-'));
}

/** EmptyImage -> SaveImage, without any model. */
export function plainGraph(prefix = `t/${randomUUID()}`, colour = 0x336699): TestGraph {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: colour } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  };
}

/** The family's wiring, small: 64 x 64 pixels. */
export function samplerGraph(inputs: Record<string, unknown> = {}, prefix = `t/${randomUUID()}`): TestGraph {
  const sampling = { steps: 4, cfg: 4, sampler_name: 'euler', scheduler: 'simple', denoise: 1 };
  const links = { model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['4', 0] };
  return {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sandbox.safetensors' } },
    '2': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'portrait photo, front view' } },
    '3': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: '' } },
    '4': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '5': { class_type: 'KSampler', inputs: { ...sampling, ...links, seed: 1, ...inputs } },
    '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
    '7': { class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: prefix } },
  };
}

/** samplerGraph with a LoRA laid over the model by node 8. */
export function loraGraph(name: string, strength = 1, inputs: Record<string, unknown> = {}): TestGraph {
  const lora = { model: ['1', 0], lora_name: name, strength_model: strength };
  return {
    ...samplerGraph({ model: ['8', 0], ...inputs }),
    '8': { class_type: 'LoraLoaderModelOnly', inputs: lora },
  };
}
