import { cut, longest } from '../text/cut.js';
import type { TrainingFailure, TrainingFailureType } from './types.js';

/** A failed outcome as an error, for callers that throw. */
export class TrainerError extends Error {
  override readonly name = 'TrainerError';
  readonly type: TrainingFailureType;
  readonly logTail: string[];
  constructor({ cause, type, logTail }: TrainingFailure) {
    super(cause);
    this.type = type;
    this.logTail = logTail;
  }
}

/** Why an attempt is given up, before the log is attached. */
export interface Fault {
  cause: string;
  type: TrainingFailureType;
}

export const fault = (type: TrainingFailureType, cause: string): Fault => ({
  type,
  cause: cut(cause, longest.message),
});

export const failed = ({ type, cause }: Fault, logTail: string[] = []): TrainingFailure => ({
  kind: 'failed',
  cause,
  type,
  logTail,
});
