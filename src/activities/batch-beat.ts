import type { BatchHeartbeat } from '../run/heartbeats.js';
import type { ArtifactRef } from '../run/ref.js';

/** A beat stays small: some 200 bytes an image. */
const mostRecent = 16;

/** @param images of the batch, those that are there, oldest first: the newest go along */
export function batchBeat(
  what: BatchHeartbeat['what'],
  { done, of }: { done: number; of: number },
  images: Iterable<{ image: ArtifactRef }>,
): BatchHeartbeat {
  const recent = [...images].slice(-mostRecent).map(({ image }) => image);
  return { kind: 'batch', what, done, of, ...(recent.length > 0 ? { recent } : {}) };
}
