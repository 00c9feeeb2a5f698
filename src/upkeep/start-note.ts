import type { ArtifactStore } from '../artifacts/artifact-store.js';

/**
 * That a run is being started, written before anything of it is stored. A store may be shared by several Temporals, of which
 * each knows its own runs alone: of the others' this tells.
 */
export interface StartNote {
  runId: string;
  /** The id of Temporal's namespace, which no two have in common. */
  namespaceId: string;
  /** ISO 8601 */
  at: string;
}

export async function noteStart(store: ArtifactStore, runId: string, namespaceId: string): Promise<void> {
  const note: StartNote = { runId, namespaceId, at: new Date().toISOString() };
  await store.putRecord(`starts/${runId}/${namespaceId}`, note);
}
