import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { root } from './compose-file.js';

/** A command of a container of ours as a plain process: `azit WORDS`, with nothing of our own environment but PATH. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';

  constructor(words: string[], env: Record<string, string>, cwd: string) {
    const { PATH, HOME, XDG_CACHE_HOME } = process.env;
    this.#child = spawn(process.execPath, [`${root}bin/azit.js`, ...words], {
      cwd,
      env: { PATH, HOME, XDG_CACHE_HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#child.emit('said');
      });
    }
    this.#closed = once(this.#child, 'close').then(() => this.#child.emit('said'));
  }

  /** Waits for a line of its output. @throws where the process ends without it. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      if (this.#child.exitCode !== null) throw new Error(`it ended and never said ${pattern}:\n${this.#output}`);
      await once(this.#child, 'said');
    }
  }

  /** As `docker compose stop` does it. @returns the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return await this.ended();
  }

  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
