import { CancelledFailure } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { failureTypes, type FailureType } from '../run/failures.js';
import { fittedFailure } from './failure-size.js';

/** What adapters may say about their errors; anything else is unknown trouble and is tried again. */
interface TypedError extends Error {
  type?: unknown;
  /** Overrules the table: this very case can't get better (or can). */
  retryable?: unknown;
  logTail?: unknown;
  /** When to try again, where that is known better than the retry policy does. */
  retryAfterMs?: unknown;
}

const isFailureType = (type: unknown): type is FailureType => typeof type === 'string' && type in failureTypes;

/** The one place where adapters' errors become Temporal's. */
export function toFailure(error: unknown): unknown {
  if (error instanceof TemporalFailure || error instanceof CancelledFailure) return error;
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  const { type, retryable, logTail, retryAfterMs, message } = error as TypedError;
  const known: FailureType = isFailureType(type) ? type : isDiskFull(error) ? 'disk-full' : 'unavailable';
  const nonRetryable = typeof retryable === 'boolean' ? !retryable : failureTypes[known].nonRetryable;
  return fittedFailure({
    message: known === 'disk-full' && isDiskFull(error) ? `No space is left on the disk (${message}).` : message,
    type: known,
    nonRetryable,
    nextRetryDelay: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    stack: error.stack,
    cause: error.cause,
    logTail: Array.isArray(logTail) ? (logTail as string[]) : undefined,
  });
}

const isDiskFull = (error: Error): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw toFailure(error);
    }
  }
}
