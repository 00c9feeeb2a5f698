import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createComfyClient, fillGraph, promptIdOf } from '../../src/comfyui/index.js';
import type { ComfyClient, ComfyClientOptions, GraphValues, RenderJob } from '../../src/comfyui/index.js';
import { startSandboxComfy } from '../../src/sandbox/comfyui/index.js';
import { FaultProxy } from './fault-proxy.js';
import { textToImage, withLora } from './small-graph.js';

export interface Rig {
  /** Through the proxy. */
  client: ComfyClient;
  proxy: FaultProxy;
  /** What the clients wrote into the log. */
  said: string[];
  /** Past the proxy. */
  serverUrl: string;
  folder: string;
  lorasDir: string;
  /** Another client, as after a worker's restart. */
  another(options?: Partial<ComfyClientOptions>): ComfyClient;
  close(): Promise<void>;
}

/** A server over real sockets, a proxy before it and a client. */
export async function startRig(fixedRenderMs = 100, timeouts: ComfyClientOptions['timeouts'] = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'azit-comfyui-'));
  const server = await startSandboxComfy({ port: 0, baseDirectory: folder, fixedRenderMs });
  const proxy = await FaultProxy.start(server.url);
  const lorasDir = join(folder, 'models', 'loras');
  const clients: ComfyClient[] = [];
  const said: string[] = [];
  const say = (_: object, message: string): void => void said.push(message);
  const logger = { debug: () => {}, info: say, warn: say };
  const another = (options: Partial<ComfyClientOptions> = {}): ComfyClient => {
    const client = createComfyClient({ baseUrl: proxy.url, lorasDir, timeouts, logger, ...options });
    clients.push(client);
    return client;
  };
  const close = async (): Promise<void> => {
    for (const client of clients) await client.close();
    await proxy.close();
    await server.close();
    await rm(folder, { recursive: true });
  };
  return { client: another(), proxy, said, serverUrl: server.url, folder, lorasDir, another, close };
}

const plain = textToImage('sandbox.safetensors', 4);

let seeds = 0;

/** Work that no other test has asked for, unless its values say so. */
export function newJob(values: Partial<GraphValues> = {}, id?: string): RenderJob {
  const seed = values.seed ?? ++seeds;
  const graph = fillGraph(values.lora ? withLora(plain) : plain, { prompt: 'a face', ...values, seed });
  return { promptId: promptIdOf(['test', id ?? String(++seeds)]), graph };
}

export const newJobs = (count: number): RenderJob[] => Array.from({ length: count }, () => newJob());

/** A latch: resolves at the first call of `open`. */
export function latch(): { opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
