import type { Worker } from '@temporalio/worker';
import type { WorkerAside } from '../client/aside.js';
import type { WorkerGate } from './worker-gate.js';

/** Makes the sign that a worker puts up while it takes no work. */
export type MakeSign = (aside: Omit<WorkerAside, 'worker'>) => Promise<Worker>;

/** One task queue's worker. Where a gate closes, it stops polling; once all are open, a new one starts. */
export class QueueWorker {
  private constructor(
    private readonly make: () => Promise<Worker>,
    private readonly first: Worker,
    private readonly gates: readonly WorkerGate[],
    private readonly makeSign: MakeSign | undefined,
  ) {}

  static async create(
    make: () => Promise<Worker>,
    gates: readonly WorkerGate[] = [],
    makeSign?: MakeSign,
  ): Promise<QueueWorker> {
    return new QueueWorker(make, await make(), gates, makeSign);
  }

  /** Until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    for (let worker = this.first; ; worker = await this.make()) {
      await this.#poll(worker, signal);
      if (signal.aborted || this.gates.length === 0) return;
      await this.#standAside(signal);
      if (signal.aborted) return;
    }
  }

  async #poll(worker: Worker, signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    const unlisten = this.gates.map((gate) => gate.onClosed(stop));
    signal.addEventListener('abort', stop, { once: true });
    try {
      const running = worker.run();
      if (signal.aborted || this.gates.some(({ isClosed }) => isClosed)) stop();
      await running;
    } finally {
      unlisten.forEach((end) => end());
      signal.removeEventListener('abort', stop);
    }
  }

  async #standAside(signal: AbortSignal): Promise<void> {
    const closed = this.gates.filter(({ isClosed }) => isClosed);
    const reason = closed.find((gate) => gate.reason !== null)?.reason ?? null;
    const triesAgain = closed.every((gate) => gate.triesAgain);
    // Only people, and who asks who else may do a unit, look at it.
    const sign = reason === null ? null : await this.makeSign?.({ reason, triesAgain }).catch(() => null);
    const shown = sign?.run().catch(() => undefined);
    for (const gate of this.gates) if (gate.isClosed) await gate.opened(signal);
    if (sign?.getState() === 'RUNNING') sign.shutdown();
    await shown;
  }
}
