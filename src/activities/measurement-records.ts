import sharp from 'sharp';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { ArtifactDamagedError } from '../artifacts/errors.js';
import { measuringVersion, packed, unpacked, type MeasurementMemory, type OpenedEmbedder } from '../faces/index.js';
import { fingerprintOf } from '../project/fingerprint.js';

/**
 * What face models have found in images, for every run: `measurements/HH/SHA256-MEASURE`, MEASURE being the embedder, its
 * files by content, and whatever else the figures depend on. An image that nothing has changed is never measured twice.
 */
class MeasurementRecords implements MeasurementMemory {
  constructor(
    private readonly store: ArtifactStore,
    private readonly measure: string,
  ) {}

  async find(sha256: string): ReturnType<MeasurementMemory['find']> {
    return unpacked(await unlessDamaged(this.store.getRecord(this.#key(sha256))));
  }

  async keep(sha256: string, face: Parameters<MeasurementMemory['keep']>[1]): Promise<void> {
    await unlessDamaged(this.store.putRecord(this.#key(sha256), packed(face)));
  }

  #key(sha256: string): string {
    return `measurements/${sha256.slice(0, 2)}/${sha256}-${this.measure}`;
  }
}

/** Measuring again costs less than a person who has to remove a record. */
export async function unlessDamaged<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ArtifactDamagedError) return null;
    throw error;
  }
}

/** The same embedder, remembering in this store what it has measured. */
export function withMemory(opened: OpenedEmbedder, store: ArtifactStore): OpenedEmbedder {
  const { detector, embedding } = opened.embedder;
  const measure = fingerprintOf({
    version: measuringVersion,
    detector: detector.kind,
    input: embedding.input,
    files: opened.provenance.files.map(({ sha256 }) => sha256),
    decoder: sharp.versions.vips,
  });
  const memory = new MeasurementRecords(store, measure.slice(0, 16));
  return { ...opened, engine: { ...opened.engine, memory } };
}
