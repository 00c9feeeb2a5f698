import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { throughStore } from '../payloads/large-payloads.js';
import { AzitClientError } from './errors.js';
import { faultOf, requireNamespace } from './fitness.js';
import { asClientError } from './grpc.js';
import { OpenCalls } from './open-calls.js';

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
  /** Ends the calls that are under way, too. */
  close(): Promise<void>;
}

/** Temporal's own default address, used where a profile gives everything but one. */
const defaultAddress = 'localhost:7233';
/** Long enough for a server that is just starting, short enough for a person who mistyped the address. */
const connectTimeoutMs = 5_000;

/** Whether the environment or a profile (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, ...) says where Temporal is. */
export function isTemporalConfigured(): boolean {
  const { namespace, connectionOptions } = temporalSettings();
  return Boolean(connectionOptions.address || connectionOptions.apiKey || namespace);
}

/** Temporal's own environment configuration. @throws AzitClientError temporal-unfit where it can't be read */
export function temporalSettings(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (cause) {
    const why = (cause as Error).message.replace(/\.$/, '');
    const message = `Temporal's settings can't be read: ${why}. Correct the TEMPORAL_* variables or the profile file.`;
    throw new AzitClientError('temporal-unfit', message, { cause });
  }
}

/**
 * Connects to the given server, or by Temporal's own environment configuration.
 * @throws AzitClientError temporal-unreachable, temporal-unfit
 */
export async function connectTemporal(
  given: TemporalOptions | undefined,
  store: () => Promise<ArtifactStore>,
): Promise<TemporalLink> {
  const link = await connectedTo(given);
  const { connection, ...where } = link;
  const { namespace } = where;
  return { client: new Client({ connection, namespace, dataConverter: throughStore(store, 'command') }), ...where };
}

/** Whether the configured Temporal can be used, for who connects in another way. @throws as `connectTemporal` */
export async function checkTemporal(): Promise<void> {
  const { close } = await connectedTo(undefined);
  await close();
}

async function connectedTo(given: TemporalOptions | undefined) {
  const { namespace: configured, connectionOptions } = given
    ? { namespace: given.namespace, connectionOptions: { address: given.address } }
    : temporalSettings();
  const address = connectionOptions.address || defaultAddress;
  const namespace = configured || 'default';
  // gRPC would look for a host named http, and say that nothing answers.
  if (address.includes('://'))
    throw new AzitClientError(
      'temporal-unfit',
      `Temporal's address '${address}' is a URL: give host:port, such as ${defaultAddress}.`,
    );
  const calls = new OpenCalls();
  const connection = await Connection.connect({
    ...(connectionOptions as object),
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), calls.interceptor],
    address,
    connectTimeout: connectTimeoutMs,
    ...(isLoopback(address) ? withoutProxy : {}),
  }).catch(async (error: unknown) => {
    throw await faultOf(error, address, namespace);
  });
  const close = async (): Promise<void> => {
    calls.close();
    await connection.close();
  };
  try {
    await requireNamespace(connection, address, namespace);
    return { connection, address, namespace, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** gRPC takes https_proxy of the environment even for this machine's own addresses, where no proxy leads back to us. */
const withoutProxy = { channelArgs: { 'grpc.enable_http_proxy': 0 } };

const isLoopback = (address: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?):\d+$/.test(address);

/** Of the namespace that a client works in: two servers that are called the same have another one each. */
export async function namespaceIdOf({ workflowService, options: { namespace } }: Client): Promise<string> {
  try {
    const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
    return namespaceInfo?.id ?? namespace;
  } catch (error) {
    throw asClientError(error, '');
  }
}
