import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ArtifactStore } from '../artifacts/store.js';
import { throughStore } from '../payloads/large-payloads.js';
import { AzitClientError } from './errors.js';

export interface TemporalOptions {
  /** host:port */
  address: string;
  /** Default: `default`. */
  namespace?: string;
}

export interface TemporalLink {
  client: Client;
  address: string;
  namespace: string;
}

/** Temporal's own default address, used where a profile gives everything but one. */
const defaultAddress = 'localhost:7233';
/** Long enough for a server that is just starting, short enough for a person who mistyped the address. */
const connectTimeoutMs = 5_000;

/** Whether the environment or a profile (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, ...) says where Temporal is. */
export function isTemporalConfigured(): boolean {
  const { namespace, connectionOptions } = loadClientConnectConfig();
  return connectionOptions.address !== undefined || connectionOptions.apiKey !== undefined || namespace !== undefined;
}

/**
 * Connects to the given server, or by Temporal's own environment configuration.
 * @throws AzitClientError temporal-unreachable
 */
export async function connectTemporal(
  given: TemporalOptions | undefined,
  store: () => Promise<ArtifactStore>,
): Promise<TemporalLink> {
  const { namespace: configured, connectionOptions } = given
    ? { namespace: given.namespace, connectionOptions: { address: given.address } }
    : loadClientConnectConfig();
  const address = connectionOptions.address ?? defaultAddress;
  const namespace = configured ?? 'default';
  try {
    const connection = await Connection.connect({
      ...(connectionOptions as object),
      address,
      connectTimeout: connectTimeoutMs,
      ...(isLoopback(address) ? withoutProxy : {}),
    });
    return { client: new Client({ connection, namespace, dataConverter: throughStore(store) }), address, namespace };
  } catch (error) {
    throw new AzitClientError(
      'temporal-unreachable',
      `No Temporal server answers at ${address}: check TEMPORAL_ADDRESS, or unset it to use the embedded server.`,
      { cause: error },
    );
  }
}

/** gRPC takes https_proxy of the environment even for this machine's own addresses, where no proxy leads back to us. */
const withoutProxy = { channelArgs: { 'grpc.enable_http_proxy': 0 } };

const isLoopback = (address: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?):\d+$/.test(address);
