import type { BatchHeartbeat, TrainingHeartbeat } from '../run/heartbeats.js';
import { Context, heartbeat, log } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { makeRoom, renderServersOn, type GpuLease } from '../gpu/index.js';
import type { Release } from '../machine/lock.js';
import { cut, longest } from '../text/cut.js';

/**
 * How long a unit waits for the GPU before it is given back, for a worker that has one free. The worker asks for no
 * other as long as somebody else has its GPU (see GpuGate), so this costs few attempts, however long the other takes.
 */
const turnWaitMs = 120_000;
/** Below the heartbeat timeout. */
const beatEveryMs = 1_000;

const needsGpu = ['trainLora', 'renderBatch'];

export interface TurnOptions {
  /** One a GPU, in the same order everywhere. */
  leases: readonly GpuLease[];
  /** Of our own render server, which need not make room for itself. */
  ownUrl?: string;
  headers?: Record<string, string>;
}

/** Takes the GPU for the time of an activity, and has render servers on it make room. */
export class GpuTurn implements ActivityInboundCallsInterceptor {
  constructor(private readonly options: TurnOptions) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    if (!needsGpu.includes(Context.current().info.activityType)) return await next(input);
    const releases: Release[] = [];
    const wait = new Waiting();
    try {
      await wait.during(async () => {
        for (const lease of this.options.leases) releases.push(await this.#take(lease, wait));
        for (const lease of this.options.leases) await this.#makeRoom(lease.gpu, wait);
      });
      return await next(input);
    } finally {
      for (const release of releases.reverse()) await release();
    }
  }

  async #take(lease: GpuLease, wait: Waiting): Promise<Release> {
    const { activityType, workflowExecution } = Context.current().info;
    return await lease.take({
      doing: `${activityType} of ${workflowExecution?.workflowId ?? 'no workflow'}`,
      waitMs: turnWaitMs,
      signal: Context.current().cancellationSignal,
      onWait: (holder) => wait.for(`waiting for ${lease.label}: ${holder}`),
    });
  }

  async #makeRoom(gpu: string, wait: Waiting): Promise<void> {
    const { ownUrl, headers } = this.options;
    for (const { url } of await renderServersOn(gpu)) {
      if (url === ownUrl) continue;
      const { createComfyClient } = await import('../comfyui/index.js');
      const client = createComfyClient({ baseUrl: url, headers });
      try {
        const signal = Context.current().cancellationSignal;
        log.info(await makeRoom(client, { url, signal, onWait: (what) => wait.for(`waiting for ${what}`) }));
      } finally {
        await client.close();
      }
    }
  }
}

type Details = TrainingHeartbeat | BatchHeartbeat;

/** Beats while it waits, with what for; the progress that was known before stays known. */
class Waiting {
  readonly #before = Context.current().info.heartbeatDetails as Details | undefined;
  #what = 'waiting for its turn on the GPU';

  for(what: string): void {
    // Read from a lock that another program wrote.
    this.#what = cut(what, longest.line);
  }

  async during(work: () => Promise<void>): Promise<void> {
    const timer = setInterval(() => heartbeat(this.#details()), beatEveryMs);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
  }

  #details(): Details {
    if (this.#before?.kind === 'training') return { ...this.#before, phase: this.#what };
    if (this.#before) return { ...this.#before, waitingFor: this.#what };
    if (Context.current().info.activityType !== 'trainLora') {
      return { kind: 'batch', what: 'render', done: 0, of: 0, waitingFor: this.#what };
    }
    return { kind: 'training', phase: this.#what, step: 0, steps: 0, loss: null, secondsPerStep: null };
  }
}
