import { hostname } from 'node:os';
import { CancelledFailure } from '@temporalio/activity';
import { TemporalFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Spent } from '../run/spent.js';
import { failureTypeOf, failureTypes, isDiskFull } from '../run/failures.js';
import { spentSoFar } from './spending.js';
import { fittedFailure } from './failure-size.js';

/** What adapters may say of their errors besides the type. */
interface ToldError extends Error {
  logTail?: unknown;
  /** When to try again, where that is known better than the retry policy does. */
  retryAfterMs?: unknown;
}

/** The one place where adapters' errors become Temporal's; one without a type is unknown trouble and is tried again. */
/** @param spent by the activity so far */
export function toFailure(error: unknown, spent: Spent | null = null): unknown {
  if (error instanceof TemporalFailure || error instanceof CancelledFailure) return error;
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  const { logTail, retryAfterMs } = error as ToldError;
  const type = failureTypeOf(error) ?? 'unavailable';
  return fittedFailure({
    message: wordsOf(error),
    type,
    nonRetryable: !failureTypes[type].retried,
    nextRetryDelay: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    stack: error.stack,
    cause: error.cause,
    logTail: Array.isArray(logTail) ? (logTail as string[]) : undefined,
    spent,
  });
}

/** What an error says to people. */
export const wordsOf = (error: Error): string => (isDiskFull(error) ? diskFullWords(error) : error.message);

/** Which disk of which machine: the store's, the work folder's, or a server's that the worker shares. */
function diskFullWords(error: NodeJS.ErrnoException): string {
  const where = error.path === undefined ? 'a disk' : `the disk of ${error.path}`;
  return `No disk space is left on ${where} of the worker's machine ${hostname()} (${error.message}).`;
}

export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw toFailure(error, spentSoFar());
    }
  }
}
