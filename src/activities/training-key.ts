import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { familyOf } from '../project/families/index.js';
import { fingerprintOf } from '../project/fingerprint.js';
import type { TrainingPreset } from '../project/families/family.js';
import type { ModelFiles } from '../project/model-files.js';
import { hangsOnLength } from '../project/ai-toolkit-override.js';
import type { TrainLoraInput } from '../run/contracts.js';
import { presetOf } from './training-inputs.js';
import { TrainingRecords } from './training-records.js';

/**
 * What the weights of every step depend on: images, captions, base model, preset and settings; not how long it goes on, how
 * often it saves or who asks for it. Where the learning rate follows the length, that is a part of it. Of a trainer of
 * others the version is none: the worker alone knows it, and an update in the middle goes on.
 */
export const trainingKeyOf = (input: TrainLoraInput, modelFiles: ModelFiles = {}): string =>
  keyOf(input, presetOf(input.family, modelFiles));

function keyOf(input: TrainLoraInput, preset: TrainingPreset): string {
  const { trigger, family, rank, seed, override, dataset, steps, fresh, runId } = input;
  return fingerprintOf({
    trigger,
    preset,
    rank,
    seed,
    override,
    images: dataset.map(({ name: file, image, caption }) => [file, image.sha256, caption]),
    ...(hangsOnLength(override, familyOf(family)) ? { steps } : {}),
    ...(fresh ? { runId } : {}),
  });
}

/** Where the records of this training are: a run that an earlier version began goes on where that had them. */
export async function recordsOf(input: TrainLoraInput, store: ArtifactStore, files: ModelFiles = {}): Promise<string> {
  const { runId, family } = input;
  if ((await store.getRecord(`training/${runId}/claim-1`)) !== null) return runId;
  const own = trainingKeyOf(input, files);
  const { revision, ...preset } = presetOf(family, files);
  if (revision === undefined) return own;
  const earlier = keyOf(input, preset);
  const owner = await new TrainingRecords(store, earlier).owner();
  return owner?.holder?.runId === runId ? earlier : own;
}
