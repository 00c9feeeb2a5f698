import { join } from 'node:path';
import { trainerConfig, writeTrainerConfig } from './config.js';
import { fault, type Fault } from './errors.js';
import { layPictures, runNameOf, stageResume, type AttemptFolders } from './folders.js';
import type { ResumedAt } from './optimizer.js';
import { readPair } from './resume.js';
import type { TrainingRequest } from './types.js';
import type { SideChannel } from './side-channel.js';

/** Multiples of saveEvery above the resumed step: what this attempt is to deliver. */
export function stepsToDeliver({ plan, resumeFrom }: Pick<TrainingRequest, 'plan' | 'resumeFrom'>): number[] {
  const first = Math.floor((resumeFrom?.step ?? 0) / plan.saveEvery) + 1;
  const count = Math.floor(plan.steps / plan.saveEvery) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * plan.saveEvery);
}

/** Dataset, config and, for a resume, the one pair in an otherwise empty run folder. */
export async function prepare(
  { plan, dataset, validation, resumeFrom }: TrainingRequest,
  { configPath, datasetFolder, validationFolder, trainingFolder }: AttemptFolders,
  channel: SideChannel | null,
): Promise<{ resumed: ResumedAt | null } | Fault> {
  const runName = runNameOf(plan.name);
  await layPictures(datasetFolder, dataset);
  const items = await layPictures(validationFolder, validation?.items ?? []);
  const paths = { runName, trainingFolder, datasetFolder, channel };
  const validated = validation ? { every: validation.every, items } : null;
  await writeTrainerConfig(configPath, trainerConfig(plan, paths, validated));
  if (!resumeFrom) return { resumed: null };
  const resumed = await readPair(plan, resumeFrom);
  if (typeof resumed === 'string') {
    return fault(
      'artifact-damaged',
      `Checkpoint ${resumeFrom.step} can't be resumed from: ${resumed.replace(/\.$/, '')}.`,
    );
  }
  await stageResume(join(trainingFolder, runName), runName, resumeFrom);
  return { resumed };
}
