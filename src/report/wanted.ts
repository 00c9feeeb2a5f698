import type { ArtifactRef } from '../artifacts/ref.js';
import type { ReportData, StageRecord, Strip } from './data.js';
import type { SweepTables } from './tables.js';
import { distinctSlugs, picturePath } from './names.js';

/** How large a picture is shown: in a contact sheet, in a strip, across the page. */
export type PictureUse = 'sheet' | 'strip' | 'large';

export interface WantedPicture {
  ref: ArtifactRef;
  /** Inside the report folder. */
  path: string;
  uses: Set<PictureUse>;
}

/** Every picture that the report shows, once by content; the first place that shows it names its file. */
export function wantedPictures(data: ReportData, tables: SweepTables = new Map()): Map<string, WantedPicture> {
  const wanted = new Map<string, WantedPicture>();
  const want = (folder: string, ref: ArtifactRef, use: PictureUse, name?: string): void => {
    const known = wanted.get(ref.sha256);
    if (known) known.uses.add(use);
    else wanted.set(ref.sha256, { ref, path: picturePath(folder, ref, name), uses: new Set([use]) });
  };
  for (const stage of data.stages) wantStage(stage, want);
  const folders = distinctSlugs(data.strips.map(({ prompt }) => prompt));
  data.strips.forEach((strip, index) => wantStrip(strip, `strips/${folders[index]}`, want));
  for (const { image, index } of data.waitingFor?.options ?? [])
    want(`gate-${data.waitingFor?.gate}`, image, 'sheet', String(index));
  for (const { image } of data.editorial) want('06-editorial', image, 'large');
  for (const { image } of data.references) want('references', image, 'sheet');
  for (const { image, nearestTraining } of [...tables.values()].flat()) {
    want('sweep', image, 'sheet');
    if (nearestTraining) want('training', nearestTraining.image, 'sheet');
  }
  return wanted;
}

type Want = (folder: string, ref: ArtifactRef, use: PictureUse, name?: string) => void;

function wantStage(stage: StageRecord, want: Want): void {
  for (const { image } of stage.outputs) {
    want(stage.id, image, 'sheet');
    if (stage.id === '06-editorial' || isChosen(stage, image)) want(stage.id, image, 'large');
  }
  for (const { image } of stage.rejected) want(stage.id, image, 'sheet');
}

function wantStrip(strip: Strip, folder: string, want: Want): void {
  const firsts = new Set(firstSeeds(strip));
  for (const picture of strip.images) {
    const use = firsts.has(picture) ? 'strip' : 'sheet';
    want(folder, picture.image, use, `step-${picture.step}-seed-${picture.seed}`);
  }
  if (strip.baseline) want(folder, strip.baseline.image, 'strip', `no-lora-seed-${strip.baseline.seed}`);
}

/** The picture that the stage went on with; `chosen` is its sha256 (or its name). */
export const isChosen = ({ chosen }: StageRecord, image: ArtifactRef): boolean =>
  chosen !== null && (image.sha256 === chosen || image.name === chosen);

/** The strip itself: of each step its first picture, by step. */
export function firstSeeds({ images }: Strip): Strip['images'] {
  const bySteps = new Map<number, Strip['images'][number]>();
  for (const picture of images) if (!bySteps.has(picture.step)) bySteps.set(picture.step, picture);
  return [...bySteps.values()].sort((a, b) => a.step - b.step);
}

/** The further seeds, one row a seed, each by step. */
export function furtherSeeds(strip: Strip): { seed: number; images: Strip['images'] }[] {
  const firsts = new Set(firstSeeds(strip));
  const rows = new Map<number, Strip['images']>();
  for (const picture of strip.images) {
    if (!firsts.has(picture)) rows.set(picture.seed, [...(rows.get(picture.seed) ?? []), picture]);
  }
  return [...rows].map(([seed, images]) => ({ seed, images: images.sort((a, b) => a.step - b.step) }));
}
