import type { RunState } from '../project/names.js';
import { failureTypeOf, failureTypes } from '../run/failures.js';

export const exitCodes = {
  done: 0,
  /** The run failed or was cancelled. */
  failed: 1,
  /** Bad input or usage. */
  badInput: 2,
  /** The run waits for a person. */
  waiting: 3,
  /** Something that only a person can cure; then it goes on. */
  needsHelp: 4,
  /** Ctrl-C: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

export function exitCodeOf(state: RunState): number {
  switch (state) {
    case 'running':
    case 'completed':
      return exitCodes.done;
    case 'failed':
    case 'cancelled':
      return exitCodes.failed;
    case 'waiting':
      return exitCodes.waiting;
    case 'needs-help':
      return exitCodes.needsHelp;
  }
}

/** As the table of failures says; an error without a type is a bug or foreign trouble. */
export function exitCodeOfError(error: unknown): number {
  const type = failureTypeOf(error);
  return type === null ? exitCodes.failed : failureTypes[type].exitCode;
}
