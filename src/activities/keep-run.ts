import type { Activities } from '../run/activities.js';
import { type ArtifactStore, putJson } from '../artifacts/artifact-store.js';
import { readDocument, RunRecords } from '../artifacts/run-records.js';
import type { ArtifactRef } from '../run/ref.js';
import type { RunDocument } from '../run/messages.js';

export const createRunActivities = ({
  store,
}: {
  store: ArtifactStore;
}): Pick<Activities['pipeline'], 'keepRun' | 'readRun'> => ({
  async keepRun(document: RunDocument): Promise<void> {
    const { runId, name, model, projectSha256, state, startedAt, finishedAt } = document.status;
    const record = await putJson(store, `run-${runId}.json`, document);
    const kept = { runId, name, model, projectSha256, state, startedAt, finishedAt, record };
    await new RunRecords(store).keep(kept);
  },

  async readRun(record: ArtifactRef): Promise<RunDocument> {
    return await readDocument(store, record);
  },
});
