import type { ArtifactStore } from './artifact-store.js';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreSettingError } from './errors.js';
import { FolderStore } from './folder-store.js';

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
      `The artifact store '${location}' has an unknown scheme; use a folder or s3://bucket/prefix.`,
    );
  }
  return new FolderStore(resolve(location));
}
