import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  CancelledFailure,
} from '@temporalio/workflow';
import { cut, longest } from '../text/cut.js';
import { failureTypeOf, fixOf, needsNewRun, type FailureType } from '../run/failures.js';
import { spentIn, type Spent } from '../run/spent.js';

export interface Explanation {
  type: string;
  text: string;
  cure: string;
  /** Resuming would only fail again. */
  startAgain?: boolean;
}

/** What a stage could not do: thrown by our own rules, where no activity failed. */
export class HelpNeeded extends Error {
  override readonly name = 'HelpNeeded';
  constructor(
    readonly type: FailureType,
    message: string,
  ) {
    super(message);
  }
}

/** Turns a failure of the run into words for a person; null for what is no failure of the run but a bug or a cancel. */
export function explain(error: unknown): Explanation | null {
  if (error instanceof HelpNeeded) return explanationOf(error.type, error.message);
  if (error instanceof ChildWorkflowFailure) return explain(error.cause);
  if (error instanceof ActivityFailure) return explain(error.cause);
  if (error instanceof TimeoutFailure)
    return explanationOf('worker-lost', 'The worker stopped responding on every attempt.');
  if (error instanceof ApplicationFailure) {
    const logTail = (error.details?.[0] as { logTail?: string[] } | undefined)?.logTail ?? [];
    const text = cut([error.message, ...logTail.slice(-12)].join('\n'), 4 * longest.message);
    const type = failureTypeOf(error);
    if (type) return explanationOf(type, text);
    return { type: error.type ?? 'unknown', text, cure: 'Fix the cause that the message names, then resume.' };
  }
  return null;
}

const explanationOf = (type: FailureType, text: string): Explanation => ({
  type,
  text,
  cure: fixOf(type, 'run'),
  ...(needsNewRun(type) ? { startAgain: true } : {}),
});

/** What the attempts of an activity that did not succeed have spent; null where it does not say. */
export function spentOfFailure(error: unknown): Spent | null {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return spentOfFailure(error.cause);
  if (error instanceof TimeoutFailure) return spentIn(error.lastHeartbeatDetails) ?? spentOfFailure(error.cause);
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return spentIn(error.details?.[0]);
  return null;
}
