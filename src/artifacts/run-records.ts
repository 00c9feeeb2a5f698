import type { ArtifactStore } from './artifact-store.js';
import { parseJson } from '../files/json.js';
import type { RunDocument } from '../run/messages.js';
import type { ArtifactRef } from '../run/ref.js';
import { appendRecord, lastRecord, type KeyOf } from './numbered-records.js';

/** What is known of a run without asking Temporal. */
export interface KeptRun {
  runId: string;
  name: string;
  model: string;
  projectSha256: string;
  state: string;
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601; null: the run has not ended. */
  finishedAt: string | null;
  /** All of it: a JSON document. */
  record: ArtifactRef;
}

/** All of what a run knew of itself. @throws ArtifactDamagedError */
export const readDocument = async (store: ArtifactStore, record: ArtifactRef): Promise<RunDocument> =>
  parseJson(await store.readBytes(record)) as RunDocument;

/**
 * Runs as the store remembers them: `runs/ID/N`, of which the highest number counts, and `run-index/N`, which names each
 * run, oldest first.
 */
export class RunRecords {
  constructor(private readonly store: ArtifactStore) {}

  async keep(run: KeptRun): Promise<void> {
    const [ofRun, index] = [chain(`runs/${run.runId}`), chain('run-index')];
    const before = await lastRecord<KeptRun>(this.store, ofRun);
    if (JSON.stringify(before?.value) === JSON.stringify(run)) return;
    // First: a run without its place in the index would never be listed; one with two is listed once.
    if (!before) await appendRecord(this.store, index, await lastRecord(this.store, index), run.runId);
    await appendRecord(this.store, ofRun, before, run);
  }

  async latest(runId: string): Promise<KeptRun | null> {
    return (await lastRecord<KeptRun>(this.store, chain(`runs/${runId}`)))?.value ?? null;
  }

  /** Newest first. */
  async list(limit: number): Promise<KeptRun[]> {
    const end = (await lastRecord<string>(this.store, chain('run-index')))?.number ?? 0;
    const numbers = Array.from({ length: Math.min(limit, end) }, (_, index) => end - index);
    const ids = await Promise.all(numbers.map((number) => this.store.getRecord<string>(`run-index/${number}`)));
    const distinct = [...new Set(ids.filter((id) => id !== null))];
    const runs = await Promise.all(distinct.map((id) => this.latest(id)));
    return runs.filter((run) => run !== null);
  }
}

const chain =
  (name: string): KeyOf =>
  (number) =>
    `${name}/${number}`;
