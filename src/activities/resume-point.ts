import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { log } from '@temporalio/activity';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ResumePoint, StateFile, Trainer, TrainingPlan } from '../trainer/index.js';
import type { PublishedCheckpoint, StoredState } from './training-records.js';

export interface ResumeSearch {
  /** Ascending. */
  published: PublishedCheckpoint[];
  plan: TrainingPlan;
  trainer: Trainer;
  store: ArtifactStore;
  /** Where the files are laid. */
  folder: string;
}

/** Lays the newest published checkpoint that is whole and sound, with its state; an unsound one is passed over with a word. */
export async function layResumePoint(search: ResumeSearch): Promise<ResumePoint | undefined> {
  for (const published of [...search.published].reverse()) {
    if (!published.state) continue;
    const found = await tryPoint(search, published, published.state);
    if (found) return found;
  }
  return undefined;
}

async function tryPoint(
  { plan, trainer, store, folder }: ResumeSearch,
  { step, lora }: PublishedCheckpoint,
  { files, mark }: StoredState,
): Promise<ResumePoint | null> {
  const checkpointPath = join(folder, `step-${step}.safetensors`);
  const laid = files.map(({ name }, index): StateFile => ({ name, path: join(folder, `step-${step}.state-${index}`) }));
  const point = { step, checkpointPath, state: { files: laid, mark } };
  try {
    await store.readToFile(lora, checkpointPath);
    for (const [index, { ref }] of files.entries()) await store.readToFile(ref, laid[index].path);
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'artifact-damaged') throw error;
    return await passOver(point, (error as Error).message);
  }
  const problem = await trainer.verify(plan, point);
  return problem === null ? point : await passOver(point, problem);
}

async function passOver({ step, checkpointPath, state }: ResumePoint, reason: string): Promise<null> {
  log.warn(`can't resume from checkpoint ${step}: ${reason}`);
  for (const path of [checkpointPath, ...state.files.map((file) => file.path)]) await rm(path, { force: true });
  return null;
}
