import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { faceWordNotes } from '../dataset/captions.js';
import { auditFusion, briefFusionWords, fusionWords, type AuditedImage } from '../dataset/fusion.js';
import { loadPicture, PictureError } from '../faces/index.js';
import { surroundingsOf } from '../faces/score/surroundings.js';
import type { Activities } from '../run/activities.js';
import type { AuditDatasetInput, AuditDatasetResult } from '../run/contracts.js';
import type { BatchHeartbeat } from '../run/heartbeats.js';
import { whileBeating } from './liveness.js';

/** Colours of a region need no more pixels. */
const workingPixels = 640;
/** Findings that a person is told of; all say the same kind of thing. */
const mostFindings = 10;

export const createAuditActivities = ({
  store,
}: {
  store: ArtifactStore;
}): Pick<Activities['identity'], 'auditDataset'> => ({
  /** What is fused with the trigger in a training set, a sentence each. Reads, and changes nothing: safe to run twice. */
  async auditDataset({ trigger, images }: AuditDatasetInput): Promise<AuditDatasetResult> {
    const beat = (done: number): BatchHeartbeat => ({ kind: 'batch', what: 'score', done, of: images.length });
    return await whileBeating(beat(0), async (report, signal) => {
      const audited: AuditedImage[] = [];
      for (const { name, caption, image, box } of images) {
        signal.throwIfAborted();
        audited.push({ name, caption, around: box && (await around(await store.readBytes(image), box)) });
        report(beat(audited.length));
      }
      const [fusions, notes] = [auditFusion(audited, trigger), faceWordNotes(audited)];
      const told = (words: string[]): string[] => [...words, ...notes].slice(0, mostFindings);
      return { findings: told(fusions.map(fusionWords)), brief: told(fusions.map(briefFusionWords)) };
    });
  },
});

/** An image that can't be read was told of when it was measured. */
async function around(bytes: Buffer, box: [number, number, number, number]): Promise<AuditedImage['around']> {
  try {
    return surroundingsOf(await loadPicture(bytes, { workingPixels }), box);
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}
