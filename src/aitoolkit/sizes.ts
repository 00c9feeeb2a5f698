import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stepsToDeliver, type TrainingPlan, type TrainingRequest } from '../trainer/index.js';
import { ownPreset } from './config.js';

/**
 * Bytes of a float32 LoRA for each rank, and of the base model's weights it is meant for. By the number and widths of
 * the linear layers that ai-toolkit adapts in each architecture; 16-bit files have half.
 */
const sizes: [arch: RegExp, bytesPerRank: number, baseBytes: number][] = [
  [/^sandbox/, 30e3, Infinity],
  [/^(sd1|sd15|sd2)/, 1.8e6, 1.7e9],
  [/^(sdxl|vega|ssd)/, 12e6, 5.1e9],
  [/^sd3/, 11e6, 4e9],
  [/^(flux|flex|chroma)/, 22e6, 23e9],
  [/^(qwen|wan|hidream)/, 37e6, 40e9],
];
const largest: (typeof sizes)[number] = [/^/, 37e6, 40e9];

/** Adam keeps two float32 numbers for each of a LoRA's. */
const optimizerFactor = 2;
/** Copies on their way out of the trainer's folder, beside the checkpoint and state that it is writing. */
const inFlight = 2;
/** Caches, sizes, logs, config: what nobody counts. */
const reserveBytes = 32e6;

interface SaveSize {
  checkpointBytes: number;
  stateBytes: number;
}

/** What one checkpoint and its optimizer state take: as those of the run before did, else by rank and architecture. */
async function sizeOfSave({ plan, resumeFrom }: Pick<TrainingRequest, 'plan' | 'resumeFrom'>): Promise<SaveSize> {
  if (resumeFrom) {
    const { checkpointPath, state } = resumeFrom;
    const [checkpoint, ...files] = await Promise.all(
      [checkpointPath, ...state.files.map(({ path }) => path)].map((path) => stat(path)),
    );
    return { checkpointBytes: checkpoint.size, stateBytes: files.reduce((sum, { size }) => sum + size, 0) };
  }
  const [, bytesPerRank, baseBytes] = sizes.find(([arch]) => arch.test(ownPreset(plan).arch)) ?? largest;
  // A smaller relative of the model (a test's, a distilled one) has a smaller LoRA; a larger one's is not larger.
  const share = Math.min(1, (await weightsUnder(plan.preset.baseModel)) / baseBytes) || 1;
  const floats = bytesPerRank * plan.rank * share;
  return { checkpointBytes: floats, stateBytes: optimizerFactor * floats };
}

/** Everything that an attempt writes into its own folder, at the most at once. */
export async function bytesToWrite(
  request: Pick<TrainingRequest, 'plan' | 'resumeFrom' | 'dataset' | 'validation'>,
): Promise<number> {
  const { checkpointBytes, stateBytes } = await sizeOfSave(request);
  const items = [...request.dataset, ...(request.validation?.items ?? [])];
  const pictures = await Promise.all(items.map(({ imagePath }) => stat(imagePath)));
  const datasetBytes = pictures.reduce((sum, { size }) => sum + size, 0);
  // Every numbered save stays, the un-numbered last one comes beside them, and a resume lays one more.
  const checkpoints = stepsToDeliver(request).length + 1 + (request.resumeFrom ? 1 : 0) + inFlight;
  return checkpoints * checkpointBytes + (1 + inFlight) * stateBytes + datasetBytes + reserveBytes;
}

/** 0 for a model that is no local folder or file. */
async function weightsUnder(baseModel: TrainingPlan['preset']['baseModel']): Promise<number> {
  const found = await stat(baseModel).catch(() => null);
  if (found?.isFile()) return found.size;
  if (!found) return 0;
  const parts = ['transformer', 'unet', '.'];
  for (const part of parts) {
    const folder = join(baseModel, part);
    const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(safetensors|bin)$/.test(name));
    if (names.length === 0) continue;
    const files = await Promise.all(names.map((name) => stat(join(folder, name))));
    return files.reduce((sum, { size }) => sum + size, 0);
  }
  return 0;
}
