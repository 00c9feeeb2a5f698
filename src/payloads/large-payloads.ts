import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { createHash } from 'node:crypto';
import { identityOf, requireStore, type StoreReader } from '../artifacts/identity.js';
import { storeIn } from '../run/store-of-run.js';
import {
  ExternalStorage,
  StorageDriverClaim,
  type DataConverter,
  type Payload,
  type StorageDriver,
  type StorageDriverRetrieveContext,
  type StorageDriverStoreContext,
} from '@temporalio/common';

/**
 * Temporal refuses a payload of 2 MB, and a run is to stay below 2 MB of history: of what is larger than this the history
 * carries a reference. What has no bound of its own is kept out by whoever makes it; this is for what is merely long.
 */
export const mostInlineBytes = 32 * 1024;

type OpenStore = () => Promise<ArtifactStore>;

/** For workers and clients alike: whoever reads a long payload reads it from the store. */
export const throughStore = (open: OpenStore, reader: StoreReader): DataConverter => ({
  externalStorage: new ExternalStorage({
    drivers: [artifactDriver(open, reader)],
    payloadSizeThreshold: mostInlineBytes,
  }),
});

/**
 * Claims by content: what every unit of a run is given is written once, and a workflow task has 10 s. For as long as the
 * store takes it for touched: a run that is removed takes its payloads with it, and the next may be given the same.
 */
type Kept = Map<string, { claim: StorageDriverClaim; atMs: number }>;
const mostKept = 100;

/** Payloads as artifacts. Both names stand in histories. */
const artifactDriver = (open: OpenStore, reader: StoreReader, kept: Kept = new Map()): StorageDriver => ({
  name: 'azit-artifacts',
  type: 'azit.artifacts',

  async store(_: StorageDriverStoreContext, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    const store = await open();
    return await Promise.all(payloads.map((payload) => keepOnce(payload, store, kept)));
  },

  async retrieve(_: StorageDriverRetrieveContext, claims: StorageDriverClaim[]): Promise<Payload[]> {
    const store = await open();
    return await Promise.all(claims.map((claim) => read(claim, store, reader)));
  },
});

async function keepOnce(payload: Payload, store: ArtifactStore, kept: Kept): Promise<StorageDriverClaim> {
  const sha256 = createHash('sha256')
    .update(payload.data ?? '')
    .digest('hex');
  const known = kept.get(sha256);
  const atMs = Date.now();
  if (known && atMs - known.atMs < store.upkeep.touchedForMs) return known.claim;
  const claim = await keep(payload, store);
  kept.delete(sha256);
  kept.set(sha256, { claim, atMs });
  if (kept.size > mostKept) kept.delete([...kept.keys()][0]);
  return claim;
}

async function keep({ data, metadata }: Payload, store: ArtifactStore): Promise<StorageDriverClaim> {
  const description = { name: 'payload.json', mediaType: 'application/json' };
  const { bytes, ...ref } = await store.putBytes(data ?? Buffer.alloc(0), description);
  const encoded = mapped(metadata ?? {}, (value) => Buffer.from(value).toString('base64'));
  const { id, location } = await identityOf(store);
  return new StorageDriverClaim({
    ...ref,
    bytes: String(bytes),
    metadata: JSON.stringify(encoded),
    store: id,
    location,
  });
}

async function read({ claimData }: StorageDriverClaim, store: ArtifactStore, reader: StoreReader): Promise<Payload> {
  const { sha256, bytes, mediaType, name, metadata } = claimData;
  const data = await store
    .readBytes({ sha256, bytes: Number(bytes), mediaType, name })
    .catch(async (error: unknown) => {
      const written = storeIn({ id: claimData.store, location: claimData.location });
      if (written) await requireStore(store, written, reader);
      throw error;
    });
  return {
    data,
    metadata: mapped(JSON.parse(metadata) as Record<string, string>, (value) => Buffer.from(value, 'base64')),
  };
}

const mapped = <A, B>(values: Record<string, A>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
