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

  /** Starts the thread, so that the first render does not pay for it. */
  warmUp(): void {
    this.worker ??= this.start();
  }

  /** @throws PythonError RuntimeError when the drawing fails. */
  draw(request: DrawRequest): Promise<Picture> {
    this.worker ??= this.start();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker?.postMessage({ id, request });
    });
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.fail('the server is closing');
  }

  private start(): Worker {
    const worker = threadOf('draw-worker');
    worker.on('message', (reply: DrawReply) => this.settle(reply));
    worker.on('error', (error) => this.fail(error.message));
    worker.on('exit', () => this.fail('the drawing thread ended'));
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
  private fail(reason: string): void {
    this.worker = null;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(new PythonError('RuntimeError', reason));
  }
}

/**
 * A thread from a module beside this one. From source (tests, through tsx) the thread has to be given tsx itself:
 * Node 20 does not hand `--import tsx` on to workers.
 */
function threadOf(name: string): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(new URL(`./${name}.js`, import.meta.url));
  const tsx = import.meta.resolve('tsx/esm/api');
  const module = new URL(`./${name}.ts`, import.meta.url).href;
  const boot = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(module)}); })`;
  return new Worker(boot, { eval: true, execArgv: [] });
}
