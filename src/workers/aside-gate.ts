import type { FailureType } from '../run/failures.js';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, heartbeat } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Logger } from '../comfyui/index.js';
import type { Peers } from './peers.js';
import type { WorkerGate } from './worker-gate.js';
import type { Lack, LackOf } from './lack.js';

const lookEveryMs = 2_000;
/** How long what can't be looked at is left to the others before it is tried again, and how often others are looked for. */
export interface AsideTimes {
  firstMs: number;
  lastMs: number;
}
const defaultTimes: AsideTimes = { firstMs: 30_000, lastMs: 120_000 };

/** Tells the next worker who has passed the unit on: heartbeat details outlive an attempt. */
interface PassedOn {
  kind: 'passed-on';
  by: string[];
}

/**
 * The gate of one task queue, for a worker that lacks what a unit needs. Its states:
 * Open: the worker polls.
 * Aside: a unit has met the lack and was passed on to another worker. This one polls again once it has what was missing;
 * what it can't check, it tries again after `AsideTimes`.
 * If no other worker is left, the unit is not passed on: its own failure counts and a person is asked.
 */
export class AsideGate implements WorkerGate {
  readonly #events = new EventEmitter();
  #lack: Lack | null = null;
  #isClosed = false;
  #times = 0;

  constructor(
    private readonly peers: Peers,
    private readonly lackOf: LackOf,
    private readonly logger: Logger,
    private readonly times: AsideTimes = defaultTimes,
  ) {}

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get reason(): string | null {
    return this.#lack?.error.message ?? null;
  }

  onClosed(listener: () => void): () => void {
    this.#events.on('closed', listener);
    return () => this.#events.off('closed', listener);
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const by = [...passedOnBy(), this.peers.self];
    try {
      const result = await next(input);
      // Let through since no other was left, and it did not need what is missing.
      this.#lack = null;
      return result;
    } catch (error) {
      const lack = this.lackOf(error);
      if (!lack || !(await this.#isAnotherLeft(by))) throw error;
      this.#stepAside(lack);
      heartbeat({ kind: 'passed-on', by } satisfies PassedOn);
      throw new PassedOnError(`${lack.error.message} Another worker takes over.`, { cause: lack.error });
    }
  }

  async opened(signal?: AbortSignal): Promise<void> {
    const { firstMs, lastMs } = this.times;
    const waitMs = Math.min(lastMs, firstMs * 2 ** (this.#times - 1));
    let lookAt = performance.now() + waitMs;
    while (this.#isClosed && !signal?.aborted) {
      await sleep(Math.min(lookEveryMs, waitMs), undefined, { signal }).catch(() => undefined);
      if (await this.#lack?.isCured?.().catch(() => false)) this.#back('has what was missing');
      else if (performance.now() > lookAt) {
        lookAt = performance.now() + waitMs;
        // What can be looked at is not tried while somebody else may do the work.
        if (!this.#lack?.isCured) this.#isClosed = false;
        else if (!(await this.#isAnotherLeft([]))) this.#isClosed = false;
      }
    }
  }

  #back(why: string): void {
    this.logger.info({}, `This worker ${why}: it takes work from the task queue ${this.peers.taskQueue} again.`);
    this.#lack = null;
    this.#isClosed = false;
    this.#times = 0;
  }

  #stepAside(lack: Lack): void {
    const { error } = lack;
    this.logger.warn(
      {},
      `${error.message} Another worker takes over; this one takes no work from the task queue ${this.peers.taskQueue} until this is fixed.`,
    );
    this.#lack = lack;
    this.#times += 1;
    this.#isClosed = true;
    this.#events.emit('closed');
  }

  /** Where Temporal does not tell, the unit comes to its end here. */
  async #isAnotherLeft(passed: readonly string[]): Promise<boolean> {
    const others = await this.peers.others().catch(() => []);
    return others.some((worker) => !passed.includes(worker));
  }
}

function passedOnBy(): string[] {
  const { kind, by } = (activityInfo().heartbeatDetails ?? {}) as Partial<PassedOn>;
  return kind === 'passed-on' && Array.isArray(by) ? by : [];
}

/** What this worker lacks another one has: the work is tried again at once, since nothing is to be waited for. */
class PassedOnError extends Error {
  override readonly name = 'PassedOnError';
  readonly type: FailureType = 'passed-on';
  readonly retryAfterMs = 100;
}
