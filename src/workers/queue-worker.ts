import type { Worker } from '@temporalio/worker';
import type { Gate } from './gate.js';

/** One task queue's worker. Where a gate closes, it stops polling; where the gate opens, a new one starts. */
export class QueueWorker {
  private constructor(
    private readonly make: () => Promise<Worker>,
    private readonly first: Worker,
    private readonly gate: Gate | undefined,
  ) {}

  static async create(make: () => Promise<Worker>, gate?: Gate): Promise<QueueWorker> {
    return new QueueWorker(make, await make(), gate);
  }

  /** Until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    for (let worker = this.first; ; worker = await this.make()) {
      await this.#poll(worker, signal);
      if (signal.aborted || !this.gate) return;
      await this.gate.opened(signal);
      if (signal.aborted) return;
    }
  }

  async #poll(worker: Worker, signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    const unlisten = this.gate?.onClosed(stop);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const running = worker.run();
      if (signal.aborted || this.gate?.isClosed) stop();
      await running;
    } finally {
      unlisten?.();
      signal.removeEventListener('abort', stop);
    }
  }
}
