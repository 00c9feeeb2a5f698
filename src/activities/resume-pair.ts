import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { log } from '@temporalio/activity';
import type { ResumePair, Trainer, TrainingPlan } from '../aitoolkit/index.js';
import type { PublishedCheckpoint } from './training-records.js';

export interface ResumeSearch {
  /** Ascending. */
  published: PublishedCheckpoint[];
  plan: TrainingPlan;
  trainer: Trainer;
  store: ArtifactStore;
  /** Where the pair is laid. */
  folder: string;
}

/** Lays the newest published pair that is whole and sound beside the run; an unsound one is passed over with a word. */
export async function layResumePair(search: ResumeSearch): Promise<ResumePair | undefined> {
  for (const published of [...search.published].reverse()) {
    if (!published.optimizer) continue;
    const found = await tryPair(search, published, published.optimizer);
    if (found) return found;
  }
  return undefined;
}

async function tryPair(
  { plan, trainer, store, folder }: ResumeSearch,
  { step, lora, updates }: PublishedCheckpoint,
  optimizer: NonNullable<PublishedCheckpoint['optimizer']>,
): Promise<ResumePair | null> {
  const checkpointPath = join(folder, `step-${step}.safetensors`);
  const optimizerPath = join(folder, `step-${step}.optimizer.pt`);
  const pair = { step, checkpointPath, optimizerPath, updates };
  try {
    await store.readToFile(lora, checkpointPath);
    await store.readToFile(optimizer, optimizerPath);
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'artifact-damaged') throw error;
    return await passOver(pair, (error as Error).message);
  }
  const problem = await trainer.verify(plan, pair);
  return problem === null ? pair : await passOver(pair, problem);
}

async function passOver({ step, checkpointPath, optimizerPath }: ResumePair, reason: string): Promise<null> {
  log.warn(`checkpoint ${step} can't be resumed from: ${reason}`);
  for (const path of [checkpointPath, optimizerPath]) await rm(path, { force: true });
  return null;
}
