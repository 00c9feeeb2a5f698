import { join } from 'node:path';
import type { CheckpointFiles, TrainingPlan } from '../trainer/index.js';
import { checkpointMetadata } from './checkpoint-metadata.js';
import { countsUpdates, ownPreset } from './config.js';
import { checkpointName, optimizerName, runNameOf } from './folders.js';
import { expectedUpdates, readOptimizer, type ResumedAt } from './optimizer.js';

/** ai-toolkit keeps every numbered checkpoint, and one optimizer state, which it writes over at each save. */
export function checkpointFiles(plan: TrainingPlan, runFolder: string, resumed: ResumedAt | null): CheckpointFiles {
  const runName = runNameOf(plan.name);
  const isCounted = countsUpdates(plan);
  return {
    pathOf: (step) => join(runFolder, checkpointName(runName, step)),
    statePathsOf: () => [{ name: optimizerName, path: join(runFolder, optimizerName) }],
    async readState([path], save) {
      const reading = await readOptimizer(path);
      if (!reading) return null;
      const { updates } = reading;
      const range = isCounted ? expectedUpdates(save, resumed) : null;
      const isOfSave = range && updates !== null ? updates >= range[0] && updates <= range[1] : null;
      return { mark: updates, isOfSave };
    },
    metadata: checkpointMetadata(runName, ownPreset(plan).arch),
  };
}
