import { basename } from 'node:path';
import { faceWordNotes } from '../dataset/captions.js';
import { openStore } from '../artifacts/store.js';
import { AzitClient, isEditorOpen, isTemporalConfigured, withEditor } from '../client/index.js';
import { defaultRunId } from '../client/run-id.js';
import { embeddedHome } from '../embedded/index.js';
import { planRun, type RunPlan } from '../plan/plan.js';
import { spelledInProject } from '../project/families/editions.js';
import { chosenEditor, editorModels } from '../project/families/editors.js';
import { undecidedWords } from '../project/families/default-editor.js';
import { familyNames, familyOf, withoutEditing } from '../project/families/index.js';
import {
  commercialConditions,
  commercialProblems,
  licenceLines,
  modelsUsed,
  twoBasesWords,
} from '../project/families/licence.js';
import { placesOf } from '../preflight/places.js';
import { findingWords, preflightOf } from '../preflight/preflight.js';
import { loadProject, type LoadedProject } from '../project/load.js';
import { editorsOf, whatToStart } from './unserved.js';
import { exitCodes } from './exit-codes.js';
import { taskQueuePrefix } from './session.js';
import { UsageError, printJson, printResult, table } from './output.js';
import { planRows, toDoWords } from '../plan/words.js';
import { sweepNotes } from './sweep-notes.js';

interface Flags {
  json?: boolean;
  /** The results are to be sold. */
  commercial?: boolean;
  comfyuiDir?: string;
}

export async function planCommand(file: string, { json, commercial, comfyuiDir }: Flags): Promise<number> {
  const { loaded, words } = await editorPlanned(await loadProject(file));
  const family = familyOf(loaded.project.model);
  const editors = loaded.files.datasetImages ? [] : editorModels(loaded.project);
  const [forbidden, ...more] = commercial ? commercialProblems(family, editors) : [];
  if (forbidden) throw new UsageError([forbidden, ...more, otherModels()].join('\n'));
  const { plan, trouble } = await planInStore(loaded);
  const { project, projectSha256 } = loaded;
  const findings = await preflightOf(loaded, { places: placesOf(process.env, comfyuiDir) });
  const runId = defaultRunId(loaded);
  const notes = [
    ...(commercial ? commercialConditions(family, editors) : []),
    ...(await projectNotes(loaded)),
    ...plan.notes,
    ...trouble,
  ];
  if (json) {
    printJson({
      runId,
      projectSha256,
      model: project.model,
      trigger: project.trigger,
      stages: plan.stages.map(({ images, ...stage }) => ({ ...stage, pictures: images })),
      pictures: plan.stages.reduce((sum, { images }) => sum + images, 0),
      steps: project.training.steps,
      training: plan.training,
      toDo: plan.toDo,
      reusedFrom: plan.from,
      estimate: plan.estimate,
      licences: modelsUsed(family, editors),
      ...(words === null ? {} : { editor: words }),
      preflight: findings,
      notes,
    });
    return exitCodes.done;
  }
  printResult(`${project.name} with ${project.model}, trigger word ${project.trigger}, run ${runId}`);
  printResult(table(planRows(plan)));
  for (const line of toDoWords(plan, project.model)) printResult(line);
  const bases = twoBasesWords(family);
  if (bases) printResult(`the LoRA is ${bases}`);
  if (words !== null) printResult(words);
  for (const line of licenceLines(family, editors)) printResult(line);
  for (const finding of findings) printResult(findingWords(finding));
  for (const note of notes) printResult(note);
  return exitCodes.done;
}

/** With the editor that a run would be given now; Temporal is asked only where there is something to choose. */
async function editorPlanned(loaded: LoadedProject): Promise<{ loaded: LoadedProject; words: string | null }> {
  if (!isEditorOpen(loaded)) return { loaded, words: null };
  const undecided = { loaded, words: undecidedWords(loaded.project.model) };
  if (!isTemporalConfigured()) return undecided;
  try {
    const client = await AzitClient.connect({ taskQueuePrefix: taskQueuePrefix() });
    try {
      const choice = await client.editorFor(loaded);
      return { loaded: withEditor(loaded, choice), words: choice?.words ?? null };
    } finally {
      await client.close();
    }
  } catch (error) {
    return { ...undecided, words: `${undecided.words} No worker could be asked now: ${(error as Error).message}` };
  }
}

/** With what this store has; a store that can't be read takes no plan away. */
async function planInStore(loaded: LoadedProject): Promise<{ plan: RunPlan; trouble: string[] }> {
  try {
    const store = await openStore(isTemporalConfigured() ? undefined : embeddedHome().artifacts);
    return { plan: await planRun(loaded, store), trouble: [] };
  } catch (error) {
    const trouble = `Could not read the artifact store, so nothing is shown as reused: ${(error as Error).message}`;
    return { plan: await planRun(loaded, null), trouble: [trouble] };
  }
}

const otherModels = (): string => {
  const free = familyNames.filter((name) => name !== 'sandbox' && commercialProblems(familyOf(name)).length === 0);
  return `Choose another model: ${free.map(spelledInProject).join('; ')}.`;
};

/** Own captions that describe the face. Both lists are in the same order, where every image could be read. */
function captionNotes({ project, files, contents }: LoadedProject): string[] {
  const [images, read] = [files.datasetImages ?? [], contents.datasetImages ?? []];
  if (project.dataset.audit === 'off' || images.length !== read.length) return [];
  const said = images.map(({ path }, at) => ({ name: basename(path), caption: read[at].caption ?? '' }));
  return faceWordNotes(said).map((note) => `captions: ${note}.`);
}

/** What to know before starting. */
export async function projectNotes(loaded: LoadedProject): Promise<string[]> {
  const { project, files, notes } = loaded;
  const { model, sweep } = project;
  const redraws = !chosenEditor(project).edits && !files.graphs?.edit && files.datasetImages === undefined;
  const missing = await whatToStart(model, editorsOf(loaded));
  return [
    ...notes,
    ...captionNotes(loaded),
    ...sweepNotes(sweep),
    ...(redraws ? [`${withoutEditing(model)}.`] : []),
    ...(missing ? [missing] : []),
  ];
}

/** What speaks against a training, for a page that has no room for what speaks for it. */
export async function preflightWarnings(loaded: LoadedProject): Promise<string[]> {
  const findings = await preflightOf(loaded, { places: placesOf(process.env) });
  return findings.filter(({ state }) => state === 'warning').map(findingWords);
}
