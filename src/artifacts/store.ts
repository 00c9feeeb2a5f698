import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Digest } from './digest.js';
import { StoreSettingError } from './errors.js';
import { FolderStore } from './folder-store.js';
import type { ArtifactRef } from './ref.js';

export type Description = Pick<ArtifactRef, 'name' | 'mediaType'>;

/** Content by sha256, written once and checked on every read, and small records of which the first writer wins. */
export interface ArtifactStore {
  readonly location: string;
  putBytes(bytes: Uint8Array, description: Description): Promise<ArtifactRef>;
  /** @param known the file's digest, where it was taken while the file was written by nobody but us: not read again. */
  putFile(path: string, description: Description, known?: Digest): Promise<ArtifactRef>;
  /** @throws ArtifactDamagedError where the content is missing or changed. */
  readBytes(ref: ArtifactRef): Promise<Buffer>;
  /** Appears under `path` whole or not at all. @throws ArtifactDamagedError */
  readToFile(ref: ArtifactRef, path: string): Promise<void>;
  /** @returns what is stored under the key afterwards, and whether this call wrote it. */
  putRecord<T>(key: string, value: T): Promise<{ value: T; first: boolean }>;
  getRecord<T>(key: string): Promise<T | null>;
}

export const defaultStore = '.azit/artifacts';

/** @param location a folder, a file: URL, or s3://bucket/prefix. @throws StoreSettingError for other schemes. */
export async function openStore(location: string = process.env.AZIT_STORE ?? defaultStore): Promise<ArtifactStore> {
  if (location.startsWith('file:')) return new FolderStore(fileURLToPath(location));
  if (location.startsWith('s3://')) {
    // Only those who use the AWS SDK pay for loading it.
    const { S3Store } = await import('./s3-store.js');
    return new S3Store(location);
  }
  if (/^[a-z][a-z0-9+]+:\/\//i.test(location)) {
    throw new StoreSettingError(
      `The artifact store '${location}' is of a kind that AZIT does not know; use a folder or s3://bucket/prefix.`,
    );
  }
  return new FolderStore(resolve(location));
}
