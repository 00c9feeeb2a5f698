import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { familyOf } from '../project/families/index.js';
import { fingerprintOf } from '../project/fingerprint.js';
import type { ModelFiles } from '../project/model-files.js';
import { hangsOnLength } from '../project/ai-toolkit-override.js';
import type { TrainLoraInput } from '../run/contracts.js';
import { presetOf } from './training-inputs.js';

/**
 * What the weights of every step depend on: images, captions, base model, preset and settings; not how long it goes on, how
 * often it saves or who asks for it. Where the learning rate follows the length, that is a part of it.
 */
export function trainingKeyOf(input: TrainLoraInput, modelFiles: ModelFiles = {}): string {
  const { trigger, family, rank, seed, override, dataset, steps, fresh, runId } = input;
  return fingerprintOf({
    trigger,
    preset: presetOf(family, modelFiles),
    rank,
    seed,
    override,
    images: dataset.map(({ name: file, image, caption }) => [file, image.sha256, caption]),
    ...(hangsOnLength(override, familyOf(family)) ? { steps } : {}),
    ...(fresh ? { runId } : {}),
  });
}

/** Where the records of this training are: a run that an earlier version began has them under its own id. */
export async function recordsOf(input: TrainLoraInput, store: ArtifactStore, files?: ModelFiles): Promise<string> {
  const began = await store.getRecord(`training/${input.runId}/claim-1`);
  return began === null ? trainingKeyOf(input, files) : input.runId;
}
