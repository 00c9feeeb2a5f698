import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { removalOf } from '../upkeep/notes.js';
import { AzitClientError } from './errors.js';

/** What a removal that broke off has left of a run is nothing to go on with. @throws AzitClientError refused */
export async function requireNoRemoval(store: ArtifactStore, runId: string): Promise<void> {
  if (await removalOf(store, runId))
    throw new AzitClientError(
      'refused',
      `The run '${runId}' is being removed: finish that with \`azit remove ${runId}\`, or choose another id.`,
    );
}
