import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ArtifactRef } from '../run/ref.js';

/** What grows with the work goes from one activity to another through the store; histories carry its reference. */
export const putJson = async <T>(store: ArtifactStore, name: string, value: T): Promise<ArtifactRef> =>
  await store.putBytes(Buffer.from(JSON.stringify(value)), { name, mediaType: 'application/json' });

export const readJson = async <T>(store: ArtifactStore, ref: ArtifactRef): Promise<T> =>
  JSON.parse((await store.readBytes(ref)).toString('utf8')) as T;
