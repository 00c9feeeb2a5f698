import type { ArtifactStore } from '../artifacts/artifact-store.js';

// Records about a run that stand beside its own.

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

/** That a run is being removed, and what it needed: whoever comes after a removal that broke off can finish it. */
export interface Removal {
  runId: string;
  /** ISO 8601 */
  at: string;
  /** The sha256 of each: what named them goes first. */
  contents: string[];
}

export const removalKeyOf = (runId: string): string => `removals/${runId}`;

export const removalOf = async (store: ArtifactStore, runId: string): Promise<Removal | null> =>
  await store.getRecord<Removal>(removalKeyOf(runId));
