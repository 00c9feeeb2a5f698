import type { AzitClient as Client } from '../client/index.js';
import { AzitClient, AzitClientError, isTemporalConfigured } from '../client/index.js';
import { Embedded, embeddedHome, type Needs } from '../embedded/index.js';
import { defaultTaskQueuePrefix, workflowIdOf } from '../project/names.js';
import { say } from './output.js';

export interface Session {
  client: Client;
  /** Null where Temporal was given by the environment. */
  embedded: Embedded | null;
  /** The run in Temporal's UI, where we can tell its address. */
  uiUrlOf(runId: string): string | null;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** What has to run where Temporal is the embedded one. */
  needs: Needs;
  fixedPorts?: { temporal?: number; ui?: number };
}

export function taskQueuePrefix(): string {
  return process.env.AZIT_TASK_QUEUE ?? defaultTaskQueuePrefix;
}

/** The worker is there, since this command started it; on a laptop that trains at the same time it needs a while. */
const embeddedQueryTimeoutMs = 40_000;

/** Connects to the Temporal of the environment, or to the embedded one, started where it does not run yet. */
export async function openSession({ needs, fixedPorts }: SessionOptions): Promise<Session> {
  if (isTemporalConfigured()) return await configuredSession();
  const embedded = await Embedded.open({ needs, fixedPorts, taskQueuePrefix: taskQueuePrefix(), notify: say });
  try {
    const client = await AzitClient.connect({
      temporal: { address: embedded.address },
      store: embeddedHome().artifacts,
      taskQueuePrefix: taskQueuePrefix(),
      queryTimeoutMs: embeddedQueryTimeoutMs,
    });
    return {
      client,
      embedded,
      uiUrlOf: (runId) => uiUrl(embedded.uiUrl, 'default', runId),
      close: async () => {
        await client.close();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

async function configuredSession(): Promise<Session> {
  const client = await AzitClient.connect({ taskQueuePrefix: taskQueuePrefix() });
  return {
    client,
    embedded: null,
    uiUrlOf: (runId) => configuredUiUrl(client, runId),
    close: () => client.close(),
  };
}

/** Opens a session, does the work, and closes it whatever happens. */
export async function withSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** A command about a run that must be there already: no services are started where none can be. */
export async function withExistingRun<T>(
  runId: string,
  needs: Needs,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  if (!isTemporalConfigured() && !Embedded.hasRuns())
    throw new AzitClientError(
      'no-such-run',
      `There is no run with the id '${runId}': no run has been started in this folder. Change to the folder where it was started, or set AZIT_HOME or TEMPORAL_ADDRESS.`,
    );
  return await withSession({ needs }, work);
}

/** Temporal Cloud's, or AZIT_UI (the address of a self-hosted UI); the server itself does not tell it. */
function configuredUiUrl({ address, namespace }: Client, runId: string): string | null {
  const { AZIT_UI } = process.env;
  if (AZIT_UI) return uiUrl(AZIT_UI, namespace, runId);
  if (/\.(tmprl\.cloud|temporal\.io)(:\d+)?$/.test(address))
    return uiUrl('https://cloud.temporal.io', namespace, runId);
  return null;
}

function uiUrl(base: string, namespace: string, runId: string): string {
  return `${base.replace(/\/+$/, '')}/namespaces/${namespace}/workflows/${workflowIdOf(runId)}`;
}
