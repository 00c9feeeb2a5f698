import { failureTypeOf, type FailureType } from '../run/failures.js';
import { cut, longest } from '../text/cut.js';
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
    return this.#lack?.words ?? null;
  }

  get triesAgain(): boolean {
    return this.#lack !== null && !this.#lack.isCured;
  }

  onClosed(listener: () => void): () => void {
    this.#events.on('closed', listener);
    return () => this.#events.off('closed', listener);
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const by = [...passedOnBy(), this.peers.self];
    try {
      const result = await next(input);
      // A trial, or let through since no other was left: it has what was missing, or did not need it.
      if (this.#lack) this.#back('did what it was given');
      return result;
    } catch (error) {
      const lack = this.lackOf(error);
      if (!lack) throw error;
      if (!(await this.#isAnotherLeft(by))) throw await this.#withOthers(lack);
      this.#stepAside(lack);
      heartbeat({ kind: 'passed-on', by } satisfies PassedOn);
      throw new PassedOnError(`${lack.words} Another worker takes over.`, { cause: lack.error });
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
    this.logger.warn(
      {},
      `${lack.words} Another worker takes over; this one takes no work from the task queue ${this.peers.taskQueue} until this is fixed.`,
    );
    this.#lack = lack;
    this.#times += 1;
    this.#isClosed = true;
    this.#events.emit('closed');
  }

  /** For the person who is asked now: what each of the others lacks, any of which may be mended. */
  async #withOthers({ error, words }: Lack): Promise<Error> {
    const others = await this.peers.aside().catch(() => []);
    if (others.length === 0) return error;
    const reasons = others.map(({ worker, reason }) => `${worker}: ${reason}`);
    return new NobodyLeftError(`${words} No other worker can do it either. ${reasons.join(' ')}`, error);
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

/** Of the last worker's own kind. */
class NobodyLeftError extends Error {
  override readonly name = 'NobodyLeftError';
  readonly type: FailureType;

  constructor(message: string, cause: Error) {
    super(cut(message, longest.message), { cause });
    this.type = failureTypeOf(cause) ?? 'unavailable';
  }
}
