import { Worker } from 'node:worker_threads';
import type { DrawRequest, Picture } from '../model/types.js';
import { PythonError } from './python.js';

export type DrawReply = { id: number; picture: Picture } | { id: number; error: string };

interface Waiting {
  resolve(picture: Picture): void;
  reject(error: Error): void;
}

/** Draws pictures one after another in a thread of its own. */
export class Drawing {
  private worker: Worker | null = null;
  private waiting = new Map<number, Waiting>();
  private nextId = 0;
  private turn: Promise<unknown> = Promise.resolve();

  /** Starts the thread, so that the first render does not pay for it. */
  warmUp(): void {
    this.worker ??= this.start();
  }

  /**
   * One picture. A request given up (`signal`) before its turn is never drawn; once begun, a drawing runs to its end.
   * @throws PythonError RuntimeError when the drawing fails.
   */
  draw(request: DrawRequest, signal: AbortSignal): Promise<Picture> {
    const drawn = this.turn.then(() => {
      signal.throwIfAborted();
      return this.post(request);
    });
    this.turn = drawn.catch(() => undefined);
    return drawn;
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    this.fail('the server is closing');
    await worker?.terminate();
  }

  private post(request: DrawRequest): Promise<Picture> {
    this.worker ??= this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker?.postMessage({ id, request });
    });
  }

  private start(): Worker {
    const worker = threadOf('draw-worker');
    worker.on('message', (reply: DrawReply) => this.settle(reply));
    worker.on('error', (error) => this.lost(worker, error.message));
    worker.on('exit', () => this.lost(worker, 'the drawing thread ended'));
    worker.unref();
    return worker;
  }

  private settle(reply: DrawReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('picture' in reply) waiting?.resolve(reply.picture);
    else waiting?.reject(new PythonError('RuntimeError', reply.error));
  }

  /** What was being drawn fails; the next request starts a new thread. */
  private lost(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.fail(reason);
  }

  private fail(reason: string): void {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(new PythonError('RuntimeError', reason));
  }
}

/** A thread from a module beside this one: the compiled file, or from source (tests) through tsx. */
function threadOf(name: string): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(new URL(`./${name}.js`, import.meta.url));
  const module = new URL(`./${name}.ts`, import.meta.url).href;
  return new Worker(new URL('./thread-from-source.mjs', import.meta.url), { workerData: { module }, execArgv: [] });
}
