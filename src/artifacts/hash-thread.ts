import { Worker } from 'node:worker_threads';

/** Plain JavaScript: it runs from the sources and from the compiled package alike. */
const program = `
const { parentPort } = require('node:worker_threads');
const hash = require('node:crypto').createHash('sha256');
parentPort.on('message', (chunk) => {
  if (chunk !== null) hash.update(chunk);
  parentPort.postMessage(chunk === null ? hash.digest('hex') : '');
});`;

/** sha256 on a core of its own, so that hashing 200 MB holds up neither a copy nor heartbeats. */
export class HashThread {
  readonly #worker = new Worker(program, { eval: true });
  readonly #waiting: ((reply: string) => void)[] = [];
  #failure: Error | null = null;

  constructor() {
    this.#worker.on('message', (reply: string) => this.#waiting.shift()?.(reply));
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const answer of this.#waiting.splice(0)) answer('');
    });
  }

  /** @param chunk in shared memory, so that nothing is copied; the caller's again once this has resolved. */
  async update(chunk: Uint8Array): Promise<void> {
    await this.#send(chunk);
  }

  async digest(): Promise<string> {
    const digest = await this.#send(null);
    if (this.#failure) throw this.#failure;
    return digest;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: Uint8Array | null): Promise<string> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(message);
    });
  }
}
