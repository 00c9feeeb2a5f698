import type { FailureType } from '../run/failures.js';

/** The embedded default can't start on this machine; the message says what to do. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  readonly type: FailureType = 'machine-unfit';
}
