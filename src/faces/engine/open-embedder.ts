import type { EmbedderProvenance } from '../../run/checkpoint-record.js';
import type { Embedder } from '../models/embedder.js';
import { checkEmbedder, findEmbedder, licenceNotice } from '../models/embedders.js';
import { createFaceEngine, type FaceEngine } from './engine.js';
import { ensureModels, type PullOptions } from '../models/models.js';
import { presentModels } from '../models/present.js';
import { ensureRuntime } from '../models/runtime.js';

export interface OpenedEmbedder {
  engine: FaceEngine;
  embedder: Embedder;
  provenance: EmbedderProvenance;
}

/**
 * An embedder by its name or YAML file, its files checked, and its licence told before anything is measured where it
 * is not for money. The default's files, which measure the pose for all, are fetched where they are missing.
 * @throws EmbedderError, ModelError
 */
export async function openEmbedder(nameOrFile: string, options: PullOptions = {}): Promise<OpenedEmbedder> {
  const embedder = await findEmbedder(nameOrFile, options.directory);
  const modelsDir = await ensureModels(options);
  await ensureRuntime({ ...options, directory: undefined });
  const provenance = await checkEmbedder(embedder, modelsDir);
  const notice = licenceNotice(embedder);
  if (notice) options.onProgress?.(notice);
  return { engine: await createFaceEngine({ modelsDir, embedder }), embedder, provenance };
}

/**
 * An engine with the embedder, of what is on this machine: downloads nothing.
 * @returns null where the default face models, which measure the pose for all, or what runs them are not here
 * @throws EmbedderError, ModelError
 */
export async function openPresent(nameOrFile: string, directory?: string): Promise<FaceEngine | null> {
  const modelsDir = await presentModels(directory);
  if (modelsDir === null) return null;
  const embedder = await findEmbedder(nameOrFile, modelsDir);
  await checkEmbedder(embedder, modelsDir);
  return await createFaceEngine({ modelsDir, embedder });
}
