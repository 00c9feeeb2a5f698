import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { AnotherStoreError, requireStore } from '../artifacts/identity.js';
import { workflowIdOf } from '../project/names.js';
import { storeIn, storeMark } from '../run/store-of-run.js';
import { AzitClientError } from './errors.js';
import { removalOf } from '../upkeep/notes.js';

/**
 * Whether the client's store is the run's. A run that Temporal has forgotten is known from its store alone, and one from
 * before stores had an identity does not tell. @throws AzitClientError another-store
 */
export async function requireRunStore(client: Client, runId: string, store: ArtifactStore): Promise<void> {
  try {
    const { memo } = await client.workflow.getHandle(workflowIdOf(runId)).describe();
    const wanted = storeIn(memo?.[storeMark]);
    if (wanted) await requireStore(store, wanted, 'command');
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return;
    throw inClientWords(error);
  }
}

export function inClientWords(error: unknown): unknown {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1)
    if (cause instanceof AnotherStoreError)
      return new AzitClientError('another-store', cause.message, { cause: error });
  return error;
}

/** What a removal that broke off has left of a run is nothing to go on with. @throws AzitClientError refused */
export async function requireNoRemoval(store: ArtifactStore, runId: string): Promise<void> {
  if (await removalOf(store, runId))
    throw new AzitClientError(
      'refused',
      `The run '${runId}' is being removed: finish that with \`azit remove ${runId}\`, or choose another id.`,
    );
}
