import type { ArtifactStore } from '../artifacts/store.js';
import { scoreBatch, type FaceEngine, type ScoredPicture } from '../identity/index.js';
import type { BatchHeartbeat } from '../workflows/types.js';
import { whileBeating } from './liveness.js';
import type { ScoreFacesInput } from './types.js';

export interface ScoreDeps {
  /** Opened at the first use: a worker that never scores loads no model. */
  engine: () => Promise<FaceEngine>;
  store: ArtifactStore;
}

type ScoredRef = ScoreFacesInput['references'][number];

export const createScoreActivities = ({ engine, store }: ScoreDeps) => ({
  /** Measures each picture, and its likeness to the references. A picture without a face is a result, not a failure. */
  async scoreFaces(input: ScoreFacesInput): Promise<ScoredPicture[]> {
    const beat = (done: number, of: number): BatchHeartbeat => ({ kind: 'batch', what: 'score', done, of });
    // Each picture is read when its turn comes: a batch is never in memory at once.
    const named = (key: string, ref: ScoredRef) => {
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
      return (await scoreBatch(await engine(), batch, { signal, onProgress })).images;
    });
  },
});
