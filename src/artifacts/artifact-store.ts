import type { ArtifactRef } from '../run/ref.js';
import type { Digest } from './digest.js';
import type { StoreUpkeep } from './store-upkeep.js';

export type Description = Pick<ArtifactRef, 'name' | 'mediaType'>;

/** Content by sha256, written once and checked on every read, and small records of which the first writer wins. */
export interface ArtifactStore {
  readonly location: string;
  readonly upkeep: StoreUpkeep;
  putBytes(bytes: Uint8Array, description: Description): Promise<ArtifactRef>;
  /** @param known the file's digest, where it was taken while the file was written by nobody but us: not read again. */
  putFile(path: string, description: Description, known?: Digest): Promise<ArtifactRef>;
  /** @throws ArtifactDamagedError where the content is missing or changed. */
  readBytes(ref: ArtifactRef): Promise<Buffer>;
  /** Appears under `path` whole or not at all. @throws ArtifactDamagedError */
  readToFile(ref: ArtifactRef, path: string): Promise<void>;
  /** Whether the very bytes are there. Then they are touched: nothing removes them that began to tidy before. */
  holds(content: Digest): Promise<boolean>;
  /** @returns what is stored under the key afterwards, and whether this call wrote it. */
  putRecord<T>(key: string, value: T): Promise<{ value: T; first: boolean }>;
  getRecord<T>(key: string): Promise<T | null>;
}

/** What grows with the work goes from one activity to another through the store; histories carry its reference. */
export const putJson = async <T>(store: ArtifactStore, name: string, value: T): Promise<ArtifactRef> =>
  await store.putBytes(Buffer.from(JSON.stringify(value)), { name, mediaType: 'application/json' });

export const readJson = async <T>(store: ArtifactStore, ref: ArtifactRef): Promise<T> =>
  JSON.parse((await store.readBytes(ref)).toString('utf8')) as T;
