import { RunRecords } from '../artifacts/run-records.js';
import type { ArtifactRef } from '../artifacts/ref.js';
import type { ArtifactStore } from '../artifacts/store.js';
import type { RunDocument } from '../workflows/types.js';
import { putJson, readJson } from './stored-json.js';

export const createRunActivities = ({ store }: { store: ArtifactStore }) => ({
  /** Keeps what a run knows of itself, for when Temporal has forgotten it. */
  async keepRun(document: RunDocument): Promise<void> {
    const { runId, name, model, projectSha256, state, startedAt, finishedAt } = document.status;
    const record = await putJson(store, `run-${runId}.json`, document);
    const kept = { runId, name, model, projectSha256, state, startedAt, finishedAt, record };
    await new RunRecords(store).keep(kept);
  },

  async readRun(record: ArtifactRef): Promise<RunDocument> {
    return await readJson<RunDocument>(store, record);
  },
});
