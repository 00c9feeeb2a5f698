import type { SweepTables } from '../../report/tables.js';
import type { ReportData } from '../../run/record.js';
import type { SweepPicture } from '../../run/checkpoint-record.js';
import type { ArtifactRef } from '../../run/ref.js';

/** What is known of one picture besides what its page says: how to make it again, and what it may be a copy of. */
export interface PictureFacts {
  prompt: string | null;
  seed: number | null;
  nearest: { image: ArtifactRef; similarity: number; isCopy: boolean } | null;
}

/** By the picture's hash. */
export function factsOfPictures(data: ReportData, tables: SweepTables): Map<string, PictureFacts> {
  const facts = new Map<string, PictureFacts>();
  const note = (image: ArtifactRef, prompt: string | null, seed: number | null): void => {
    if (!facts.has(image.sha256)) facts.set(image.sha256, { prompt, seed, nearest: null });
  };
  const pictures = [...data.stages.flatMap(({ outputs, rejected }) => [...outputs, ...rejected]), ...data.editorial];
  for (const { image, prompt, seed } of pictures) note(image, prompt, seed);
  for (const { text, images, baseline } of data.strips)
    for (const { image, seed } of [...images, ...(baseline ? [baseline] : [])]) note(image, text, seed);
  for (const { image, nearestTraining } of [...tables.values()].flat()) {
    const known = facts.get(image.sha256);
    if (known) known.nearest = nearestOf(nearestTraining);
  }
  return facts;
}

const nearestOf = (nearest: SweepPicture['nearestTraining']): PictureFacts['nearest'] =>
  nearest && { image: nearest.image, similarity: nearest.similarity, isCopy: nearest.nearCopy };
