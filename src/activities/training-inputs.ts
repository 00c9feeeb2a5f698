import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { TrainingPreset } from '../project/families/family.js';
import { familyOf, type FamilyName } from '../project/families/index.js';
import { fingerprintOf } from '../project/fingerprint.js';
import { modelFileOf, type ModelFiles } from '../project/model-files.js';
import type { TrainLoraInput } from '../run/contracts.js';
import type { DatasetItem, TrainingPlan } from '../trainer/index.js';

/** The family's, with this worker's name of the base model. */
export function presetOf(family: FamilyName, modelFiles: ModelFiles): TrainingPreset {
  const { training } = familyOf(family);
  return { ...training, baseModel: modelFileOf(modelFiles, family, 'base') ?? training.baseModel };
}

export function planOf(input: TrainLoraInput, modelFiles: ModelFiles): TrainingPlan {
  const { name, trigger, steps, saveEvery, rank, seed, override, dataset, family } = input;
  const preset = presetOf(family, modelFiles);
  const plan = { name, trigger, steps, saveEvery, rank, seed, override, preset, expectedImages: dataset.length };
  return { ...plan, meta: trainingMark(input) };
}

/**
 * Says in each checkpoint's metadata what it was trained from: one of another training, by whoever laid under our name,
 * has another. No run id and nothing that only says how long or how to watch: the same project gives the same bytes.
 */
function trainingMark(input: TrainLoraInput): Record<string, string> {
  const { trigger, family, rank, seed, override, dataset } = input;
  const pictures = dataset.map(({ name, image, caption }) => [name, image.sha256, caption]);
  return { azit_training: fingerprintOf({ trigger, family, rank, seed, override, pictures }) };
}

/** The pictures of a dataset as files below `folder`. */
export async function layDataset(
  pictures: TrainLoraInput['dataset'],
  store: ArtifactStore,
  folder: string,
): Promise<DatasetItem[]> {
  const dataset = [];
  for (const { name, image, caption } of pictures) {
    const extension = image.name.split('.').pop() ?? 'png';
    const imagePath = join(folder, 'pictures', `${image.sha256}.${extension}`);
    await store.readToFile(image, imagePath);
    dataset.push({ imagePath, caption, fileName: `${name}.${extension}` });
  }
  return dataset;
}
