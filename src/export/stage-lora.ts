import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flush } from '../files/atomic.js';
import { digestBytes } from '../artifacts/digest.js';
import { ArtifactDamagedError } from '../artifacts/errors.js';
import { dataSha256, readSafetensorsHeader } from '../artifacts/safetensors.js';
import type { ReportData } from '../run/record.js';
import type { Family } from '../project/families/family.js';
import type { Checkpoint } from './checkpoints.js';
import { ExportError } from './errors.js';
import type { ExportedFile } from './evidence.js';
import { readAlphas } from './alphas.js';
import { convert } from './conversion.js';
import type { Format } from './tensor-names.js';
import { addMetadata } from './metadata.js';
import { modelSpecOf } from './modelspec.js';
import { loraName, previewName, stemOf } from './names.js';
import { renameTensors } from './rename-tensors.js';
import { pngOf, previewOf, thumbnailOf, type Preview } from './preview.js';

export type ReadableStore = Pick<ArtifactStore, 'location' | 'readBytes' | 'readToFile'>;

export interface StagedLora {
  step: number;
  lora: ExportedFile;
  /** sha256 of the tensors alone. */
  tensorsSha256: string;
  preview: { file: ExportedFile; preview: Preview } | null;
  notes: string[];
}

export interface StageOptions {
  data: ReportData;
  family: Family;
  store: ReadableStore;
  staging: string;
  format?: Format;
}

/** Lays one checkpoint and its preview into the staging folder. */
export async function stageLora(checkpoint: Checkpoint, options: StageOptions): Promise<StagedLora> {
  const { data, family, staging, format } = options;
  const { step } = checkpoint;
  const stem = stemOf(data.run.name, step);
  const { drawn, notes } = await drawPreview(checkpoint, options);
  const fetched = join(staging, `${stem}.original`);
  await fetchLora(checkpoint, options, fetched);
  const original = format ? await inFormat(fetched, { ...options, format, step }) : fetched;
  const tensorsSha256 = await dataSha256(original);
  const thumbnail = drawn && (await thumbnailOf(drawn.png));
  const target = join(staging, loraName(stem));
  const sha256 = await addMetadata(original, target, modelSpecOf({ data, family, step, tensorsSha256, thumbnail }));
  await flush(target);
  await rm(original);
  const lora = { path: loraName(stem), sha256, bytes: (await stat(target)).size, step };
  if (!drawn) return { step, lora, tensorsSha256, preview: null, notes };
  await writeFile(join(staging, previewName(stem)), drawn.png, { flag: 'wx', flush: true });
  const file = { path: previewName(stem), ...digestBytes(drawn.png), step };
  return { step, lora, tensorsSha256, preview: { file, preview: drawn.preview }, notes };
}

/** @returns the file itself, or one in its place whose tensors are named so. @throws ExportError not-exact */
async function inFormat(
  path: string,
  { format, family, step }: Pick<StageOptions, 'family'> & { format: Format; step: number },
): Promise<string> {
  const header = await readSafetensorsHeader(path);
  const { tensors } = header;
  const alphas = await readAlphas(path, header);
  const label = `The LoRA of step ${step}`;
  const renamed = convert({ format, family: family.name, tensors, alphas, label });
  if (!renamed) return path;
  const target = `${path}.${format}`;
  await renameTensors(path, target, renamed);
  await rm(path);
  return target;
}

async function fetchLora({ step, lora }: Checkpoint, { store, data }: StageOptions, path: string): Promise<void> {
  try {
    await store.readToFile(lora, path);
  } catch (error) {
    if (!(error instanceof ArtifactDamagedError) || error.found !== 'no file') throw error;
    throw new ExportError(
      'not-in-store',
      `The artifact store ${store.location} does not hold checkpoint ${step} of the run '${data.run.id}'. Either it was removed (azit prune, azit remove): give another --step, or run the project again to train it. Or the run uses another store: set AZIT_STORE.`,
      { cause: error },
    );
  }
}

interface DrawnPreview {
  png: Buffer;
  preview: Preview;
}

/** A LoRA is worth having without a picture, so what is wrong with one is told and ends nothing. */
async function drawPreview(
  checkpoint: Checkpoint,
  { data, store }: StageOptions,
): Promise<{ drawn: DrawnPreview | null; notes: string[] }> {
  const { step } = checkpoint;
  const read: ReadableStore['readBytes'] = (ref) => store.readBytes(ref);
  try {
    const preview = await previewOf(data, checkpoint, read);
    if (!preview) return { drawn: null, notes: [`Step ${step} has no preview: no image has been rendered yet.`] };
    const notes = preview.render ? [] : [`The preview of step ${step} shows ${preview.what}.`];
    return { drawn: { png: await pngOf(await read(preview.image)), preview }, notes };
  } catch (error) {
    return { drawn: null, notes: [`Step ${step} has no preview: ${(error as Error).message}`] };
  }
}
