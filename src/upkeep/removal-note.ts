import type { ArtifactStore } from '../artifacts/artifact-store.js';

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
