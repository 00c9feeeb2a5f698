import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { StripMemory } from '../report/index.js';
import type { ArtifactRef } from '../run/ref.js';
import { drawingKeyOf } from './drawing-records.js';
import { unlessDamaged } from './measurement-records.js';

const strip = z.object({
  image: z.object({ sha256: z.string(), bytes: z.number(), mediaType: z.literal('image/png'), name: z.string() }),
});

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** The strips of reports, for every report that shows the same. They go with the run that composed them. */
export function stripRecords(store: ArtifactStore, runId: string): StripMemory {
  return {
    async find(sha256) {
      const kept = strip.safeParse(await unlessDamaged(store.getRecord(drawingKeyOf(sha256))));
      const bytes = kept.success ? await unlessDamaged(store.readBytes(kept.data.image)) : null;
      return bytes?.subarray(0, pngSignature.length).equals(pngSignature) ? bytes : null;
    },
    async keep(sha256, bytes) {
      const description = { name: 'strip.png', mediaType: 'image/png' };
      const image: ArtifactRef = await store.putBytes(bytes, description);
      await unlessDamaged(store.putRecord(drawingKeyOf(sha256), { image, by: runId }));
    },
  };
}
