// The one contract suite of ComfyUI servers. Without COMFYUI_URL it starts the sandbox; with it, it speaks to that server,
// which should do nothing else meanwhile: the suite clears queue and history, and interrupts what runs.
//   COMFYUI_LORAS_DIR   its models/loras as this machine sees it: without it, what needs a LoRA file is skipped
//   COMFYUI_CHECKPOINT  the checkpoint to render with (default: one that the server lists)
//   COMFYUI_HEADER      a header that it asks for, as 'Name: value'
//   COMFYUI_COMMAND     a command line with {port} and {base} that starts one like it: restarts and crashes are tried on it
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { comfyVersions, type ComfyVersion } from '../../../src/sandbox/comfyui/dialect.js';
import { startSandboxComfy } from '../../../src/sandbox/comfyui/index.js';
import { Client, until, type Json } from './client.js';
import { own } from './graphs.js';
import { nodeWords } from '../../support/program.js';

const { COMFYUI_URL, COMFYUI_LORAS_DIR, COMFYUI_CHECKPOINT, COMFYUI_HEADER, COMFYUI_COMMAND } = process.env;

/** Where nothing else is said: small models first. */
const usualCheckpoints = ['sandbox.safetensors', 'tiny_sd3.safetensors'];

/** What is tested on: the sandbox in each of the versions that it can be, or the one server that was named. */
export const versions: (ComfyVersion | null)[] = COMFYUI_URL ? [null] : comfyVersions;

/** One server for a file of tests, which ask it as `server()`; where it is the sandbox, once as each version. */
export function describeContract(
  title: string,
  tests: (server: () => Client) => void,
  sandbox: { fixedRenderMs?: number } = {},
): void {
  for (const version of versions)
    describe(`ComfyUI contract: ${title} (${version ?? COMFYUI_URL})`, () => tests(useServer({ ...sandbox, version })));
}

function useServer({ version, ...sandbox }: { fixedRenderMs?: number; version: ComfyVersion | null }): () => Client {
  let client: Client;
  let close = () => Promise.resolve();
  before(async () => {
    if (COMFYUI_URL) {
      client = await clientOf(COMFYUI_URL.replace(/\/$/, ''), COMFYUI_LORAS_DIR ?? null);
      close = () => removeOwn(client);
      return;
    }
    const base = await temporaryFolder();
    const server = await startSandboxComfy({ port: 0, baseDirectory: base, version: version ?? undefined, ...sandbox });
    close = async () => {
      await server.close();
      await rm(base, { recursive: true, force: true });
    };
    client = await clientOf(server.url, path.join(base, 'models/loras'));
  });
  // Whatever a failed test left behind.
  beforeEach(() => client.settle());
  after(() => close());
  return () => client;
}

/** Takes away what the suite left on a server that stays, where it can. */
async function removeOwn({ place: { lorasDir, outputDir } }: Client): Promise<void> {
  for (const folder of [lorasDir, outputDir])
    if (folder) await rm(path.join(folder, own), { recursive: true, force: true });
}

/** Asks the server who it is. */
export async function clientOf(url: string, lorasDir: string | null): Promise<Client> {
  const headers = COMFYUI_HEADER ? { [COMFYUI_HEADER.split(':')[0]]: COMFYUI_HEADER.replace(/^[^:]*:\s*/, '') } : {};
  const json = async (route: string) => (await fetch(url + route, { headers })).json() as Promise<Json>;
  const { system } = await json('/system_stats');
  const checkpoints = (await json('/models/checkpoints')) as string[];
  const usual = usualCheckpoints.find((name) => checkpoints.includes(name));
  const checkpoint = COMFYUI_CHECKPOINT ?? usual ?? checkpoints[0];
  if (!checkpoint) throw new Error(`${url} lists no checkpoint to render with.`);
  const outputDir = lorasDir && path.resolve(lorasDir, '../../output');
  return new Client({
    url,
    headers,
    version: system.comfyui_version,
    checkpoint,
    lorasDir,
    outputDir: outputDir && existsSync(outputDir) ? outputDir : null,
  });
}

/** A server in a process of its own, to be killed: the sandbox, or what COMFYUI_COMMAND starts. */
export class OwnedServer {
  private constructor(
    readonly client: Client,
    private readonly child: ChildProcess,
  ) {}

  /** False: the server under test can't be started by us. */
  static get possible(): boolean {
    return !COMFYUI_URL || COMFYUI_COMMAND !== undefined;
  }

  static async start(base: string, port: number, version: ComfyVersion | null): Promise<OwnedServer> {
    const [program, ...words] = version ? sandboxCommand(base, port, version) : commandOf(base, port);
    // A group of its own: what a shell started is killed with it.
    const child = spawn(program, words, { stdio: 'ignore', detached: true });
    const url = `http://127.0.0.1:${port}`;
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode} before it was ready`);
      return (await fetch(`${url}/system_stats`).catch(() => null))?.ok ?? false;
    });
    return new OwnedServer(await clientOf(url, path.join(base, 'models/loras')), child);
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when it is gone, by itself where no signal is given. */
  async ended(signal?: NodeJS.Signals): Promise<void> {
    const gone = until(() => Promise.resolve(this.isGone));
    if (signal && !this.isGone) process.kill(-(this.child.pid as number), signal);
    await gone;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function sandboxCommand(base: string, port: number, version: ComfyVersion): string[] {
  const script = new URL('../../sandbox/comfyui/serve.ts', import.meta.url);
  const flags = ['--port', String(port), '--base-directory', base, '--as', version];
  return [process.execPath, ...nodeWords(script), 'comfyui', ...flags];
}

function commandOf(base: string, port: number): string[] {
  return (COMFYUI_COMMAND as string)
    .split(' ')
    .map((word) => word.replaceAll('{base}', base).replaceAll('{port}', String(port)));
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'azit-comfy-'));
}
