import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { ComfyVersion } from '../../src/sandbox/comfyui/dialect.js';
import { nodeWords } from '../support/program.js';

const script = new URL('serve.ts', import.meta.url);

/** A server in a process of its own, always on the same port, to be killed, replaced and misled. */
export class ServerProcess {
  #child: ChildProcess | null = null;

  constructor(
    readonly port: number,
    readonly folder: string,
    readonly renderMs: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(version: ComfyVersion = '0.33.0'): Promise<void> {
    const args = [...nodeWords(script), String(this.port), this.folder, String(this.renderMs), version];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(this.#child.stdout!, 'data');
  }

  async kill(): Promise<void> {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Its clock is a day behind from now on. */
  setClockBack(): void {
    this.#child?.kill('SIGUSR2');
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
