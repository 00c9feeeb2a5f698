import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { identify } from '../artifacts/identity.js';
import { readDocument, RunRecords, type KeptRun } from '../artifacts/run-records.js';
import type { EditorChoice } from '../project/families/default-editor.js';
import { loadProject, loadProjectObject, type LoadedProject } from '../project/load.js';
import type { ProjectFile } from '../project/schema.js';
import type { Freshness } from '../run/fresh.js';
import type { PipelineInput } from '../run/messages.js';
import { noteStart } from '../upkeep/notes.js';
import { namespaceIdOf } from './connect.js';
import { withEditor } from './default-editor.js';
import { freshRunId, requireFresh } from './fresh-run.js';
import { checkRunId, defaultRunId } from './run-id.js';
import { requireNoRemoval } from './same-store.js';
import { checkSameProject, isStarted, startPipeline } from './start.js';
import { uploadFiles } from './upload.js';

export interface StartOptions {
  /** Default: the project's name and the first 8 hex digits of its sha256, so that the same file is the same run. */
  id?: string;
  /** Does all or one stage again, although an earlier run has done it. Without `id`: ID-fresh-N, a new run each time. */
  fresh?: Freshness;
  /** Told what edits, where the file does not say and a run begins. */
  onEditor?: (choice: EditorChoice) => void;
}

/** What a run is started with. */
export interface Starting {
  client: Client;
  store: ArtifactStore;
  taskQueuePrefix: string;
  editorFor: (loaded: LoadedProject, runId: string) => Promise<EditorChoice | null>;
}

/** A path, the content as an object, or one that is loaded already. @throws InputError */
export async function loadAny(project: string | ProjectFile | LoadedProject): Promise<LoadedProject> {
  if (typeof project === 'string') return await loadProject(project);
  return 'projectSha256' in project ? project : await loadProjectObject(project);
}

/** Starts a run, or finds the one that is there or was completed. @returns its id */
export async function startRun(
  { client, store, taskQueuePrefix, editorFor }: Starting,
  loaded: LoadedProject,
  { id, fresh, onEditor }: StartOptions,
): Promise<string> {
  const runId = checkRunId(
    id ?? (fresh ? await freshRunId(client, defaultRunId(loaded), fresh) : defaultRunId(loaded)),
  );
  if (id && fresh) await requireFresh(client, id, fresh);
  const { projectSha256 } = loaded;
  await requireNoRemoval(store, runId);
  if (await isStarted(client, runId, projectSha256)) return runId;
  // One that completed is not done twice, although Temporal has forgotten it.
  const kept = await keptRun(store, runId, projectSha256);
  if (kept?.state === 'completed') return runId;
  // Before its files are stored: whoever tidies the store leaves what is younger.
  await noteStart(store, runId, await namespaceIdOf(client));
  const choice = await editorFor(loaded, runId);
  if (choice) onEditor?.(choice);
  const input: PipelineInput = {
    runId,
    project: withEditor(loaded, choice).project,
    ...(choice?.editor ? { editorByDefault: true } : {}),
    projectSha256,
    taskQueuePrefix,
    ...(fresh ? { fresh } : {}),
    decisions: kept ? (await readDocument(store, kept.record)).decisions : undefined,
    ...(await uploadFiles(loaded, store)),
  };
  await startPipeline(client, input, await identify(store));
  return runId;
}

/** What the store remembers of a run that was cancelled or forgotten. @throws AzitClientError id-belongs-to-another-project */
async function keptRun(store: ArtifactStore, runId: string, projectSha256: string): Promise<KeptRun | null> {
  const kept = await new RunRecords(store).latest(runId);
  if (kept) checkSameProject(runId, kept.projectSha256, projectSha256);
  return kept;
}
