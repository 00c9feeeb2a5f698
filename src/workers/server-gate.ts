import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { unfitnessOf, type ComfyClient, type Logger, type Unfitness } from '../comfyui/index.js';
import type { WorkerGate } from './worker-gate.js';

const firstProbeMs = 250;
const lastProbeMs = 2000;

/**
 * After so long a closed gate lets one unit through, which fails at once if the server is as unfit as before: where no
 * other server is, the unit's attempts come to an end and a person is asked (20 attempts: about 40 minutes).
 */
export interface TrialTimes {
  firstMs: number;
  lastMs: number;
}
const defaultTrials: TrialTimes = { firstMs: 30_000, lastMs: 120_000 };

/**
 * The gate of one ComfyUI. Its states:
 * Open: the worker polls.
 * Closed: a failure has shown the server unfit (until it restarts) or unreachable (until it responds). The worker stops
 * polling, so the unit moves to another server's worker instead of coming back to this one.
 * Trial: after `TrialTimes` without a change, one unit is let through; it fails at once if nothing has changed.
 */
export class ServerGate implements WorkerGate {
  readonly #events = new EventEmitter();
  #unfit: Unfitness | null = null;
  #isClosed = false;
  #trials = 0;

  constructor(
    private readonly comfy: Pick<ComfyClient, 'isFitAgain'>,
    private readonly logger: Logger,
    private readonly trialTimes: TrialTimes = defaultTrials,
  ) {
    // One listener a queue of the role.
    this.#events.setMaxListeners(0);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get reason(): string | null {
    return this.#unfit?.error.message ?? null;
  }

  readonly triesAgain = true;

  onClosed(listener: () => void): () => void {
    this.#events.on('closed', listener);
    return () => this.#events.off('closed', listener);
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    if (this.#unfit && !(await this.#isFit(this.#unfit))) throw this.#close(this.#unfit);
    try {
      return await next(input);
    } catch (error) {
      const unfit = unfitnessOf(error);
      if (unfit) this.#close(unfit);
      throw error;
    }
  }

  async opened(signal?: AbortSignal): Promise<void> {
    const { firstMs, lastMs } = this.trialTimes;
    const trialAt = performance.now() + Math.min(lastMs, firstMs * 2 ** (this.#trials - 1));
    for (let waitMs = firstProbeMs; this.#unfit && !signal?.aborted; waitMs = Math.min(lastProbeMs, waitMs * 1.5)) {
      if ((await this.#isFit(this.#unfit)) || performance.now() > trialAt) break;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
    this.#isClosed = false;
  }

  /** @returns the failure of a unit that comes to it. */
  #close(unfit: Unfitness): Error {
    const { error, until } = unfit;
    const cure = until === 'restart' ? 'until it has been restarted' : 'until it responds';
    this.logger.warn(
      { kind: error.kind },
      `${error.message} Its worker takes no work ${cure}; other workers continue.`,
    );
    this.#unfit = unfit;
    this.#isClosed = true;
    this.#trials++;
    this.#events.emit('closed');
    return error;
  }

  async #isFit(unfit: Unfitness): Promise<boolean> {
    if (!(await this.comfy.isFitAgain(unfit))) return false;
    if (this.#unfit === unfit) {
      this.#unfit = null;
      this.#trials = 0;
      const what = unfit.until === 'restart' ? 'has been restarted' : 'responds';
      this.logger.info({}, `The ComfyUI of this worker ${what}: it takes work again.`);
    }
    return true;
  }
}
