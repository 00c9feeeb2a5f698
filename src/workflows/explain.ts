import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';
import { cut, longest } from '../text/cut.js';
import { failureTypes, type FailureType } from '../run/failures.js';

export interface Explanation {
  type: string;
  text: string;
  cure: string;
  /** Resuming would only fail again. */
  startAgain?: boolean;
}

/** What a stage could not do and what would cure it: thrown by our own rules, where no activity failed. */
export class HelpNeeded extends Error {
  override readonly name = 'HelpNeeded';
  constructor(
    readonly type: string,
    message: string,
    readonly cure: string,
    readonly startAgain = false,
  ) {
    super(message);
  }
}

/** Turns a failure of the run into words for a person; null for what is no failure of the run but a bug or a cancel. */
export function explain(error: unknown): Explanation | null {
  if (error instanceof HelpNeeded) {
    const { type, message, cure, startAgain } = error;
    return { type, text: message, cure, ...(startAgain ? { startAgain } : {}) };
  }
  if (error instanceof ChildWorkflowFailure) return explain(error.cause);
  if (error instanceof ActivityFailure) return explain(error.cause);
  if (error instanceof TimeoutFailure) {
    return {
      type: 'unavailable',
      text: 'The worker stopped responding on every attempt.',
      cure: "Check the worker's log, restart the worker, then resume.",
    };
  }
  if (error instanceof ApplicationFailure) {
    const known = failureTypes[error.type as FailureType];
    const logTail = (error.details?.[0] as { logTail?: string[] } | undefined)?.logTail ?? [];
    return {
      type: error.type ?? 'unknown',
      text: cut([error.message, ...logTail.slice(-12)].join('\n'), 4 * longest.message),
      cure: known?.cure ?? 'Fix the cause that the message names, then resume.',
      ...(error.type === 'bad-input' ? { startAgain: true } : {}),
    };
  }
  return null;
}
