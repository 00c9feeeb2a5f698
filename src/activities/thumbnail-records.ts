import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ThumbnailMemory } from '../report/index.js';
import { unlessDamaged } from './measurement-records.js';

/** Counts the ways in which they are made: size, format, quality. */
const version = 1;

/** What a page is to carry: it may have been changed in the store. */
const thumbnail = z.object({
  uri: z.string().regex(/^data:image\/webp;base64,[A-Za-z0-9+/]+=*$/),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});

/** The small copies of images that reports carry inside, for every report: `thumbnails/HH/SHA256-SIDE.VERSION`. */
export function thumbnailRecords(store: ArtifactStore): ThumbnailMemory {
  const keyOf = (sha256: string, side: number): string =>
    `thumbnails/${sha256.slice(0, 2)}/${sha256}-${side}.${version}`;
  return {
    async find(sha256, side) {
      const kept = thumbnail.safeParse(await unlessDamaged(store.getRecord(keyOf(sha256, side))));
      return kept.success ? kept.data : null;
    },
    async keep(sha256, side, made) {
      await unlessDamaged(store.putRecord(keyOf(sha256, side), made));
    },
  };
}
