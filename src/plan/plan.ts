import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { readDocument, RunRecords } from '../artifacts/run-records.js';
import type { RunDocument } from '../run/messages.js';
import type { LoadedProject } from '../project/load.js';
import type { StageId } from '../project/names.js';
import { askedByFile } from './asked.js';
import { imagesOf, setsOf } from './items.js';
import { paceOf, type Pace } from './pace.js';
import { reuseOf } from './reuse.js';
import { stagesOf } from './stages.js';
import { viewNotes } from './views.js';
import { watchNotes } from './watching.js';

/** More would say little new, and each is read whole. */
const mostRuns = 50;

export interface PlannedStage {
  id: StageId | 'sweep';
  what: string;
  /** Rendered when nothing is rejected. */
  images: number;
  /** Of these, the images that earlier runs have rendered. */
  reused: number;
}

export interface RunPlan {
  stages: PlannedStage[];
  training: { steps: number; reused: number };
  toDo: { images: number; steps: number; checkpoints: number };
  /** Runs of this store whose work is reused, newest first. */
  from: string[];
  /** Null where this store has seen no run of this model to tell by. */
  estimate: Estimate | null;
  notes: string[];
}

export interface Estimate extends Pace {
  gpuMinutes: number;
  /** In the store. */
  bytes: number;
}

/** What a run of this file would do, and what it would find done in this store. */
export async function planRun(loaded: LoadedProject, store: ArtifactStore | null): Promise<RunPlan> {
  const asked = askedByFile(loaded);
  const kept = store ? await keptRuns(store, loaded.project.model) : [];
  const reuse = reuseOf(asked, kept);
  const images = imagesOf(asked);
  const sets = setsOf(loaded.project);
  const stages = stagesOf(loaded).map(({ id, what }): PlannedStage => {
    if (id === '05-training') return { id, what, images: 0, reused: 0 };
    const count = id === 'sweep' ? images.sweep.length * sets.length : images[id].length;
    return { id, what, images: count, reused: reuse.images[id] };
  });
  const pace = paceOf(kept);
  const { steps, saveEvery } = loaded.project.training;
  const toDo = {
    images: stages.reduce((sum, stage) => sum + stage.images - stage.reused, 0),
    steps: steps - reuse.trainedTo,
    checkpoints: Math.floor(steps / saveEvery) - Math.floor(reuse.trainedTo / saveEvery),
  };
  return {
    stages,
    training: { steps, reused: reuse.trainedTo },
    toDo,
    from: reuse.runs,
    estimate: estimateOf(toDo, pace),
    notes: [
      ...reuse.notes,
      ...viewNotes(loaded.project, asked.datasetImages !== null),
      ...watchNotes(loaded.project, pace),
    ],
  };
}

function estimateOf({ images, steps, checkpoints }: RunPlan['toDo'], pace: Pace): Estimate | null {
  const { secondsPerImage, secondsPerStep, bytesPerImage, bytesPerCheckpoint } = pace;
  if ((images > 0 && secondsPerImage === null) || (steps > 0 && secondsPerStep === null)) return null;
  const seconds = images * (secondsPerImage ?? 0) + steps * (secondsPerStep ?? 0);
  const bytes = images * (bytesPerImage ?? 0) + checkpoints * (bytesPerCheckpoint ?? 0);
  return { ...pace, gpuMinutes: Number((seconds / 60).toFixed(1)), bytes: Math.round(bytes) };
}

/** The newest runs that the store remembers of a model, newest first; one that can't be read is passed over. */
async function keptRuns(store: ArtifactStore, model: string): Promise<RunDocument[]> {
  const kept = (await new RunRecords(store).list(mostRuns)).filter((run) => run.model === model);
  const documents: RunDocument[] = [];
  for (const { record } of kept) {
    const document = await readDocument(store, record).catch(() => null);
    if (document) documents.push(document);
  }
  return documents;
}
