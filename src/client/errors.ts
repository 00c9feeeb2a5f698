import type { FailureType } from '../run/failures.js';

/**
 * What can go wrong between a program and its runs, by what the program can do about it:
 * - `bad-id`: the id can't name a run. Choose another.
 * - `id-belongs-to-another-project`: the id is taken by a run of another project file. Choose another.
 * - `no-such-run`: nothing runs, or ran, under this id.
 * - `refused`: the run can't take this decision now; the message says why.
 * - `no-worker`: Temporal answers, but no worker of the role `pipeline` does. Start one.
 * - `temporal-unreachable`: no Temporal server answers at the address.
 * - `temporal-unfit`: one does, but not for us: no such namespace, no permission, other settings of TLS, no Temporal.
 * - `another-store`: the files of the run are in another artifact store than the client's. Give that one.
 * - `nothing-to-report`: the run ended before it had a report.
 * - `in-the-way`: a folder inside the report's is a link, which would lead its files elsewhere. Remove it.
 */
export type AzitClientErrorCode =
  | 'bad-id'
  | 'id-belongs-to-another-project'
  | 'no-such-run'
  | 'refused'
  | 'no-worker'
  | 'temporal-unreachable'
  | 'temporal-unfit'
  | 'another-store'
  | 'nothing-to-report'
  | 'in-the-way';

export class AzitClientError extends Error {
  override readonly name = 'AzitClientError';
  readonly type: FailureType;

  constructor(
    readonly code: AzitClientErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.type = code;
  }
}

export function hasCode(error: unknown, code: AzitClientErrorCode): boolean {
  return error instanceof AzitClientError && error.code === code;
}

/** The last of a chain of causes says what happened; those around it, who was told. */
export function deepestCause(error: Error): Error {
  let deepest = error;
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest;
}
