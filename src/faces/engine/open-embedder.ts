import type { EmbedderProvenance } from '../../run/checkpoint-record.js';
import type { Embedder } from '../models/embedder.js';
import { checkEmbedder, findEmbedder, licenceNotice } from '../models/embedders.js';
import { createFaceEngine, type FaceEngine } from './engine.js';
import { ensureModels, type PullOptions } from '../models/models.js';
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
