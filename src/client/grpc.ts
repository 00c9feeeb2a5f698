import { WorkflowNotFoundError } from '@temporalio/client';
import { AzitClientError } from './errors.js';
import { closedDetails } from './open-calls.js';

/** gRPC status codes that we tell apart (https://grpc.io/docs/guides/status-codes/). */
export const grpcStatus = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The status code of a call that failed, however deep the SDK has wrapped it; null for other errors. */
export function grpcCodeOf(error: unknown): number | null {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return null;
}

export function grpcDetailsOf(error: unknown): string {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const { details } = cause as { details?: unknown };
    if (typeof details === 'string') return details;
  }
  return error instanceof Error ? error.message : String(error);
}

/** As `asClientError`, of a call that Temporal answers itself: no worker was asked. */
export function asTemporalError(error: unknown, runId = ''): unknown {
  if (grpcCodeOf(error) !== grpcStatus.deadlineExceeded || error instanceof AzitClientError)
    return asClientError(error, runId);
  return new AzitClientError('temporal-unreachable', 'Temporal does not respond.', { cause: error });
}

/** Turns what the SDK throws into what a caller can act on; what is neither comes back as it was. */
export function asClientError(error: unknown, runId: string): unknown {
  if (error instanceof AzitClientError) return error;
  const code = grpcCodeOf(error);
  if (code === grpcStatus.cancelled && grpcDetailsOf(error) === closedDetails)
    return new AzitClientError('temporal-unreachable', 'This client is closed: connect another one.', { cause: error });
  if (error instanceof WorkflowNotFoundError || code === grpcStatus.notFound)
    return new AzitClientError('no-such-run', `There is no run with the id '${runId}'.`, { cause: error });
  if (code === grpcStatus.unavailable)
    return new AzitClientError('temporal-unreachable', `Temporal does not respond: ${grpcDetailsOf(error)}.`, {
      cause: error,
    });
  if (code === grpcStatus.permissionDenied || code === grpcStatus.unauthenticated)
    return new AzitClientError(
      'temporal-unfit',
      `Temporal denied the request: ${grpcDetailsOf(error)}. Check TEMPORAL_API_KEY or the client certificate, and its permissions.`,
      { cause: error },
    );
  if (code === grpcStatus.deadlineExceeded || code === grpcStatus.failedPrecondition || code === grpcStatus.cancelled)
    return new AzitClientError('no-worker', `No worker responds for the run '${runId}'.`, { cause: error });
  return error;
}
