import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { readDocument, RunRecords } from '../artifacts/run-records.js';
import type { RunDocument } from '../run/messages.js';

/** More would say little new, and each is read whole. */
const mostRuns = 50;

/** The newest runs that the store remembers of a model, newest first; one that can't be read is passed over. */
export async function keptRuns(store: ArtifactStore, model: string): Promise<RunDocument[]> {
  const kept = (await new RunRecords(store).list(mostRuns)).filter((run) => run.model === model);
  const documents: RunDocument[] = [];
  for (const { record } of kept) {
    const document = await readDocument(store, record).catch(() => null);
    if (document) documents.push(document);
  }
  return documents;
}
