import type { ArtifactStore } from './artifact-store.js';
import { randomUUID } from 'node:crypto';
import { StoreSettingError } from './errors.js';

/** Which store a run's files are in, wherever it is mounted: a copy of a store is the same store. */
export interface StoreIdentity {
  id: string;
  /** As whoever started the run calls it: for people. */
  location: string;
}

const key = 'store/identity';

/** Errors of a folder that only another place, or other permissions, would cure. */
const unwritable = new Set(['ENOENT', 'ENOTDIR', 'EEXIST', 'EACCES', 'EPERM', 'EROFS']);

/**
 * Of a store that has none yet it is made; of two who make it at the same moment, both get the first one's.
 * @throws StoreSettingError where nothing can be written
 */
export async function identify(store: ArtifactStore): Promise<StoreIdentity> {
  const { value } = await store
    .putRecord<{ id: string }>(key, { id: randomUUID() })
    .catch((error: NodeJS.ErrnoException) => {
      if (!unwritable.has(error.code ?? '')) throw error;
      throw new StoreSettingError(
        `AZIT can't write to the artifact store ${store.location} (${error.code}). Set AZIT_STORE to another folder, or make this one writable.`,
        { cause: error },
      );
    });
  return { id: value.id, location: store.location };
}

/** The same of a store that is just being written to: only a new one costs more than a read. */
export async function identityOf(store: ArtifactStore): Promise<StoreIdentity> {
  const own = await store.getRecord<{ id: string }>(key);
  return own ? { id: own.id, location: store.location } : await identify(store);
}

/** Whose store is compared, as a message begins. */
export type StoreReader = 'worker' | 'command';

/** What was stored is elsewhere: nothing is damaged. */
export class AnotherStoreError extends Error {
  override readonly name = 'AnotherStoreError';
  readonly type = 'another-store';
  constructor(reader: StoreReader, own: { id: string | null; location: string }, wanted: StoreIdentity) {
    const start = reader === 'worker' ? 'Start the worker' : 'Run the command';
    super(
      `This ${reader}'s artifact store is ${own.location} (${own.id === null ? 'empty' : own.id.slice(0, 8)}), the run's is ` +
        `${wanted.location} (${wanted.id.slice(0, 8)}). ${start} with the run's store (AZIT_STORE, --store).`,
    );
  }
}

/** Only reads: a folder where no disk is mounted gets no identity by being looked at. @throws AnotherStoreError */
export async function requireStore(store: ArtifactStore, wanted: StoreIdentity, reader: StoreReader): Promise<void> {
  const own = await store.getRecord<{ id: string }>(key);
  if (own?.id !== wanted.id)
    throw new AnotherStoreError(reader, { id: own?.id ?? null, location: store.location }, wanted);
}
