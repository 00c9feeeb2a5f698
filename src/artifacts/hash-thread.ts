import { Worker } from 'node:worker_threads';

/** Chunks on their way to the thread; more would fill memory while it lags behind the disk. */
const mostInFlight = 8;

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

  /** Takes a copy. Waits only while the thread is far behind. */
  async update(chunk: Uint8Array): Promise<void> {
    const copy = new Uint8Array(chunk);
    const done = this.#send(copy, [copy.buffer]);
    if (this.#waiting.length > mostInFlight) await done;
  }

  async digest(): Promise<string> {
    const digest = await this.#send(null, []);
    if (this.#failure) throw this.#failure;
    return digest;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: Uint8Array | null, transfer: ArrayBuffer[]): Promise<string> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(message, transfer);
    });
  }
}
