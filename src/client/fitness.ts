import type { Connection } from '@temporalio/client';
import { takesConnections } from '../machine/takes-connections.js';
import { AzitClientError } from './errors.js';
import { grpcCodeOf, grpcDetailsOf, grpcStatus } from './grpc.js';

const portTimeoutMs = 2_000;
const namespaceTimeoutMs = 10_000;

/** Asks for the namespace before any work: without it each call fails in words of gRPC, and a worker polls for ever. */
export async function requireNamespace(connection: Connection, address: string, namespace: string): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + namespaceTimeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    throw await faultOf(error, address, namespace);
  }
}

/** Why a Temporal can't be used, in a sentence with its cure. */
export async function faultOf(cause: unknown, address: string, namespace: string): Promise<AzitClientError> {
  const unfit = (message: string) => new AzitClientError('temporal-unfit', message, { cause });
  switch (grpcCodeOf(cause)) {
    case grpcStatus.notFound:
      return unfit(
        `Temporal at ${address} has no namespace '${namespace}': correct TEMPORAL_NAMESPACE, or create it ` +
          `(\`temporal operator namespace create -n ${namespace}\`).`,
      );
    case grpcStatus.invalidArgument:
      return unfit(`Temporal at ${address} rejects the namespace '${namespace}': ${grpcDetailsOf(cause)}.`);
    case grpcStatus.permissionDenied:
      return unfit(
        `Temporal at ${address} denies access to the namespace '${namespace}': check TEMPORAL_API_KEY or the ` +
          'client certificate, and its permissions there.',
      );
    case grpcStatus.unauthenticated:
      return unfit(
        `Temporal at ${address} does not accept these credentials: check TEMPORAL_API_KEY or the client certificate (TEMPORAL_TLS_*).`,
      );
    case grpcStatus.unimplemented:
      return unfit(notTemporal(address));
  }
  if (await portAnswers(address)) return unfit(notTemporal(address));
  return new AzitClientError('temporal-unreachable', `No Temporal server responds at ${address}.`, { cause });
}

const notTemporal = (address: string): string =>
  `The server at ${address} is not a Temporal server: check the port in TEMPORAL_ADDRESS (usually 7233), and ` +
  'whether it needs TLS (TEMPORAL_TLS=true, TEMPORAL_TLS_*).';

async function portAnswers(address: string): Promise<boolean> {
  const [, host = '', port = ''] = /^(?:\w+:\/\/)?\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (port === '' || Number(port) > 65_535) return false;
  return await takesConnections(host, Number(port), portTimeoutMs);
}
