import { CancelledFailure, Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { spentIn, type Spent } from '../run/spent.js';

const needsGpu = ['trainLora', 'renderBatch'];

interface Meter {
  before: Spent;
  sinceMs: number;
  /** Of an hour; null where the worker says none. */
  price: number | null;
}

const meters = new WeakMap<object, Meter>();

/** What the activity of this context has spent so far, attempts before it included; null where it uses no GPU. */
export function spentSoFar(): Spent | null {
  const meter = meters.get(Context.current());
  if (!meter) return null;
  const { before, sinceMs, price } = meter;
  const seconds = (performance.now() - sinceMs) / 1000;
  const cost = price === null ? before.cost : (before.cost ?? 0) + (seconds / 3600) * price;
  return { gpuSeconds: round(before.gpuSeconds + seconds), ...(cost === undefined ? {} : { cost: round(cost) }) };
}

const round = (value: number): number => Number(value.toFixed(4));

/**
 * Counts for how long an activity has its GPU, from its turn on. Each heartbeat carries the count, so that the next attempt
 * goes on from there: a worker that is killed takes at most a second of it along. It ends in the result, or in the details
 * of the failure.
 */
export class Spending implements ActivityInboundCallsInterceptor {
  constructor(private readonly price: number | null) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const context = Context.current();
    if (!needsGpu.includes(context.info.activityType)) return await next(input);
    const before = spentIn(context.info.heartbeatDetails) ?? { gpuSeconds: 0 };
    meters.set(context, { before, sinceMs: performance.now(), price: this.price });
    try {
      const result = (await next(input)) as object;
      return { spent: spentSoFar(), ...result };
    } catch (error) {
      // Of others the failure itself is made further out, where this is asked for.
      if (error instanceof CancelledFailure)
        throw new CancelledFailure(error.message, [{ spent: spentSoFar() }], error);
      throw error;
    }
  }
}
