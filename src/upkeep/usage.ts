import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { ownershipOf } from './ownership.js';
import type { Survey } from './survey.js';

/** In bytes. */
export interface RunUsage {
  /** What nothing else needs: it goes with the run. */
  alone: number;
  /** What other runs need too. */
  shared: number;
}

export interface StoreUsage {
  runs: Map<string, RunUsage>;
  /** What no run needs, kept for reuse: `azit prune` removes it. */
  unneeded: number;
  /** All of it. */
  total: number;
}

/** What each run holds, by the store's own list. */
export async function usageOf(store: ArtifactStore, survey: Survey): Promise<StoreUsage> {
  const { contents, records } = ownershipOf(survey);
  const runs = new Map([...survey.runs.keys()].map((runId): [string, RunUsage] => [runId, { alone: 0, shared: 0 }]));
  const usage: StoreUsage = { runs, unneeded: 0, total: 0 };
  const count = (owners: Set<string> | undefined, bytes: number): void => {
    usage.total += bytes;
    if (!owners || owners.size === 0) usage.unneeded += bytes;
    else for (const owner of owners) add(runs.get(owner), owners.size === 1, bytes);
  };
  for await (const { sha256, bytes } of store.upkeep.contents()) count(contents.get(sha256), bytes);
  for (const [{ bytes }, owners] of records) count(owners, bytes);
  return usage;
}

function add(usage: RunUsage | undefined, isAlone: boolean, bytes: number): void {
  if (usage) usage[isAlone ? 'alone' : 'shared'] += bytes;
}
