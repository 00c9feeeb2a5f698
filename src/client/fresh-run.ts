import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIdOf } from '../project/names.js';
import type { Freshness } from '../run/fresh.js';
import { AzitClientError } from './errors.js';
import { asClientError } from './grpc.js';
import type { RunMemo } from './start.js';

/** `ID-fresh-N`: the one that is not over yet, so that the same command goes on with it, or the first that is free. */
export async function freshRunId(client: Client, id: string, fresh: Freshness): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = `${id}-fresh-${number}`;
    const found = await lookUp(client, candidate);
    if (!found || (found.isOpen && found.fresh === fresh)) return candidate;
  }
}

/** A run that began otherwise would be found, and nothing done anew. @throws AzitClientError refused */
export async function requireFresh(client: Client, id: string, fresh: Freshness): Promise<void> {
  const found = await lookUp(client, id);
  if (!found || found.fresh === fresh) return;
  throw new AzitClientError('refused', `The run '${id}' exists already: give --fresh another --id, or none.`);
}

async function lookUp(client: Client, id: string): Promise<{ isOpen: boolean; fresh?: Freshness } | null> {
  try {
    const { memo, status } = await client.workflow.getHandle(workflowIdOf(id)).describe();
    return { isOpen: status.name === 'RUNNING', fresh: ((memo ?? {}) as Partial<RunMemo>).fresh };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw asClientError(error, id);
  }
}
