import type { ArtifactRef } from '../run/ref.js';
import { stepShown, type ReportData, type StageRecord, type Strip } from '../run/record.js';
import { distinctSlugs, picturePath } from './names.js';
import { stripName } from './strengths.js';
import { mostShown, platesOf, shownStrips, type ShownStrip } from './shown.js';
import { closePairs, type SweepTables } from './tables.js';

/** How large a picture is shown: in a contact sheet, in a strip, across the page. */
export type PictureUse = 'sheet' | 'strip' | 'large';

export interface WantedPicture {
  ref: ArtifactRef;
  /** Inside the report folder. */
  path: string;
  /** On the page; none where only the folder has it. */
  uses: Set<PictureUse>;
}

/** Where the pictures of each strip lie. */
export const stripFolders = (strips: readonly Strip[]): string[] =>
  distinctSlugs(strips.map(stripName)).map((slug) => `strips/${slug}`);

/** Every picture of the report, once by content; the first place that has it names its file. */
export function wantedPictures(data: ReportData, tables: SweepTables = new Map()): Map<string, WantedPicture> {
  const wanted = new Map<string, WantedPicture>();
  const want: Want = (folder, ref, use, name) => {
    const known = wanted.get(ref.sha256) ?? { ref, path: picturePath(folder, ref, name), uses: new Set() };
    if (use) known.uses.add(use);
    wanted.set(ref.sha256, known);
  };
  for (const stage of data.stages) wantStage(stage, want);
  const folders = stripFolders(data.strips);
  const shown = shownStrips(data.strips);
  data.strips.forEach((strip, index) => wantStrip(strip, shown[index], folders[index], want));
  for (const { image, index } of data.waitingFor?.options ?? [])
    want(`gate-${data.waitingFor?.gate}`, image, 'sheet', String(index));
  const { plates, sheet } = platesOf(data.editorial);
  for (const { image } of plates) want('06-editorial', image, 'large');
  for (const { image } of sheet) want('06-editorial', image, 'sheet');
  for (const { image } of data.editorial) want('06-editorial', image, null);
  for (const { image } of data.references) want('references', image, 'sheet');
  for (const { picture, original } of closePairs(tables, stepShown(data.choice)).pairs) {
    want('sweep', picture.image, 'sheet');
    want('training', original.image, 'sheet');
  }
  for (const { image, nearestTraining } of [...tables.values()].flat()) {
    want('sweep', image, null);
    if (nearestTraining) want('training', nearestTraining.image, null);
  }
  return wanted;
}

type Want = (folder: string, ref: ArtifactRef, use: PictureUse | null, name?: string) => void;

function wantStage(stage: StageRecord, want: Want): void {
  const large = stage.id === '06-editorial' ? platesOf(stage.outputs).plates : [];
  const small = stage.id === '06-editorial' ? platesOf(stage.outputs).sheet : stage.outputs.slice(0, mostShown.sheet);
  const [plates, inSheet] = [new Set(large), new Set(small)];
  for (const one of stage.outputs) {
    want(stage.id, one.image, inSheet.has(one) ? 'sheet' : null);
    if (plates.has(one) || isChosen(stage, one.image)) want(stage.id, one.image, 'large');
  }
  for (const { inputs = [] } of [...stage.outputs, ...stage.rejected])
    for (const input of inputs) want(stage.id, input, null);
  stage.rejected.forEach(({ image }, index) => want(stage.id, image, index < mostShown.rejected ? 'sheet' : null));
}

function wantStrip(strip: Strip, { firsts, further }: ShownStrip, folder: string, want: Want): void {
  const inRow = new Set(firsts);
  const inSheet = new Set(further.flatMap(({ images }) => images));
  for (const picture of strip.images) {
    const use = inRow.has(picture) ? 'strip' : inSheet.has(picture) ? 'sheet' : null;
    want(folder, picture.image, use, `step-${picture.step}-seed-${picture.seed}`);
  }
  const { baseline } = strip;
  if (baseline) want(folder, baseline.image, firsts.length > 0 ? 'strip' : null, `no-lora-seed-${baseline.seed}`);
}

/** The picture that the stage went on with; `chosen` is its sha256 (or its name). */
export const isChosen = ({ chosen }: StageRecord, image: ArtifactRef): boolean =>
  chosen !== null && (image.sha256 === chosen || image.name === chosen);
