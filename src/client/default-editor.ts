import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { readDocument, RunRecords } from '../artifacts/run-records.js';
import { betterEditors, chooseEditor, type EditorChoice } from '../project/families/default-editor.js';
import { isEditor, type ServedEditor } from '../project/families/editors.js';
import type { LoadedProject } from '../project/load.js';
import type { RunDocument } from '../run/messages.js';
import { offeredEditors } from './offered-editors.js';

/** Each is read whole. */
const mostRuns = 20;

/** Whether AZIT chooses what edits: the file names nothing that does, and the family could have better. */
export const isEditorOpen = ({ project, files }: LoadedProject): boolean =>
  !project.views && !files.graphs?.edit && !files.datasetImages && betterEditors(project.model).length > 0;

/**
 * What edits stages 02 to 04 where the file does not say. Not part of what the project is: it is chosen once, before a
 * run begins, stands in the run's input, and a run of a changed file keeps it. So a worker that comes or goes has nothing
 * trained anew that stands. @returns null: the family's own, and nothing to say
 */
export async function defaultEditor(
  loaded: LoadedProject,
  client: Client,
  prefix: string,
  store: ArtifactStore,
  runId: string,
): Promise<EditorChoice | null> {
  if (!isEditorOpen(loaded)) return null;
  const { name, model } = loaded.project;
  const [offered, earlier] = await Promise.all([
    offeredEditors(client, prefix),
    earlierChoice(store, name, model, runId),
  ]);
  return chooseEditor(model, offered, earlier);
}

/** Of this run before it was cancelled, else of the newest run of the project whose file named no editor. */
async function earlierChoice(
  store: ArtifactStore,
  name: string,
  model: string,
  runId: string,
): Promise<{ runId: string; editor: ServedEditor | null } | null> {
  const records = new RunRecords(store);
  const [own, all] = await Promise.all([records.latest(runId), records.list(mostRuns)]);
  const same = all.filter((run) => run.runId !== runId && run.name === name && run.model === model);
  for (const { record } of [...(own ? [own] : []), ...same]) {
    const document = await readDocument(store, record).catch(() => null);
    const chosen = document && choiceIn(document);
    if (chosen) return { runId: document.input.runId, ...chosen };
  }
  return null;
}

/** Null: a person chose or brought the images, or none was edited. */
function choiceIn({ input, report }: RunDocument): { editor: ServedEditor | null } | null {
  const { project, graphs, editorByDefault } = input;
  const isEdited = report.stages.some(({ id, outputs }) => id === '02-canonical' && outputs.length > 0);
  if (!isEdited || graphs?.edit) return null;
  if (!project.views) return { editor: null };
  const [editor] = project.views.editors;
  return editorByDefault && isEditor(editor) ? { editor } : null;
}

/** As it stands in the run's input: the project is the same, by its sha256. */
export const withEditor = <T extends Pick<LoadedProject, 'project'>>(loaded: T, choice: EditorChoice | null): T =>
  choice?.editor ? { ...loaded, project: { ...loaded.project, views: { editors: [choice.editor] } } } : loaded;
