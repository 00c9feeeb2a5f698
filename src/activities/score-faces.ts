import type { ArtifactRef } from '../artifacts/ref.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { compareBatch, type ComparedPicture, type OpenedEmbedder, type ScoredPicture } from '../identity/index.js';
import type { BatchHeartbeat } from '../workflows/types.js';
import { whileBeating } from './liveness.js';
import { scoreSweepSet, type SweepScorers } from './score-sweep-set.js';
import type { ScoreFacesInput, ScoreFacesResult } from './types.js';

export interface ScoreDeps extends SweepScorers {
  /** Opened at the first use: a worker that never scores loads no model. */
  embedder: () => Promise<OpenedEmbedder>;
  store: ArtifactStore;
}

export const createScoreActivities = ({ embedder, store, ...scorers }: ScoreDeps) => ({
  /** Measures each picture, and its likeness to the references. A picture without a face is a result, not a failure. */
  async scoreFaces(input: ScoreFacesInput): Promise<ScoreFacesResult> {
    const beat = (done: number, of: number): BatchHeartbeat => ({ kind: 'batch', what: 'score', done, of });
    // Each picture is read when its turn comes: a batch is never in memory at once.
    const named = (key: string, ref: ArtifactRef) => {
      return { key, sha256: ref.sha256, source: () => store.readBytes(ref) };
    };
    return await whileBeating(beat(0, 1), async (report, signal) => {
      const batch = {
        images: input.images.map(({ key, image }) => named(key, image)),
        references: input.references.map((ref) => named(ref.name, ref)),
        training: input.training?.map((ref) => named(ref.name, ref)),
        kept: input.kept?.map(({ key, image }) => named(key, image)),
      };
      const onProgress = (progress: { done: number; of: number }) => report(beat(progress.done, progress.of));
      const opened = await embedder();
      const { images } = await compareBatch(opened.engine, batch, { signal, onProgress });
      const generalisation = await scoreSweepSet(input, images, batch, { first: opened, store, signal, ...scorers });
      const second = await scorers.crossCheck?.();
      const embedders = [opened, ...(second ? [second] : [])].map(({ provenance }) => provenance);
      return { pictures: images.map(travelling), generalisation, embedders };
    });
  },
});

/** Embeddings stay in this process. */
function travelling({ face: _face, similarities: _similarities, ...picture }: ComparedPicture): ScoredPicture {
  return picture;
}
