import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labOf, largestCluster, type Point } from '../../src/dataset/colour-clusters.js';
import type { Surroundings } from '../../src/dataset/fusion.js';
import { scoreBatch, type NamedPicture } from '../../src/faces/index.js';
import { draw } from '../../src/sandbox/model/index.js';
import { pictureOf, pngOf } from './png.js';
import { engine, surroundings } from './surroundings.js';

/** Two colours nearer than this look the same, as the audit takes it. */
const sameColour = 12;

interface Shown {
  path: string;
  sha256: string;
}
type Render = Shown & { seed: number };

export interface Report {
  strips: { text: string; images: Render[]; further: Render[]; baseline: Shown | null }[];
  stages: { id: string; chosen: string | null; outputs: (Shown & { heldOut?: boolean })[] }[];
  references: Shown[];
  coverage: { bins: object[]; kept: number; renders: number };
}

export const readReport = (folder: string): Report =>
  JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;

const pointsOf = (shown: (Surroundings | null)[], part: 'clothes' | 'background'): Point[] =>
  shown.flatMap((around) => (around?.[part] ? [labOf(around[part])] : []));

/** In percent, of the renders that show it (null: none does): how many have the colour that most training images have, and not so without LoRA. */
export async function shareOfTraining(folder: string, part: 'clothes' | 'background'): Promise<number | null> {
  const { stages, strips } = readReport(folder);
  const measure = async (images: Shown[]): Promise<Point[]> => {
    const shown: (Surroundings | null)[] = [];
    for (const { path } of images)
      shown.push(await surroundings(readFileSync(join(folder, path)), `${folder} ${path}`));
    return pointsOf(shown, part);
  };
  const views = stages.filter(({ id }) => /^0[34]/.test(id)).flatMap(({ outputs }) => outputs);
  const trained = await measure(views.filter(({ heldOut }) => !heldOut));
  const cluster = largestCluster(trained, sameColour).map((at) => trained[at]);
  const usual = [0, 1, 2].map((axis) => cluster.reduce((sum, one) => sum + one[axis], 0) / cluster.length);
  const isUsual = (one: Point): boolean => Math.hypot(...one.map((value, at) => value - usual[at])) <= sameColour;
  let near = 0;
  let of = 0;
  for (const { images, further, baseline } of strips) {
    const renders = await measure([...images, ...further]);
    of += renders.length;
    // What the words bring without any LoRA, the training did not.
    const without = baseline ? await measure([baseline]) : [];
    if (!without.some(isUsual)) near += renders.filter(isUsual).length;
  }
  return of === 0 ? null : (100 * near) / of;
}

const named = (folder: string, { path, sha256 }: Shown): NamedPicture => ({
  key: sha256,
  sha256,
  source: () => Promise.resolve(readFileSync(join(folder, path))),
});

export interface Likeness {
  plain: number;
  varied: number;
  /** The engine's own edits of the portrait, told the same words: as like the person as a LoRA's renders can be. */
  ceiling: number;
}

/**
 * Identity of the renders of both runs, against the references of both: the held-out images of a varied set are in other
 * lights, which would count against it alone.
 */
export async function likeness(plain: string, varied: string): Promise<Likeness> {
  const folders = [plain, varied];
  const all = folders.flatMap((folder) => readReport(folder).references.map((shown) => named(folder, shown)));
  const references = [...new Map(all.map((one) => [one.key, one])).values()];
  const mean = async (images: NamedPicture[]): Promise<number> => {
    const scored = await scoreBatch(engine, { images, references });
    // A render without a face is like nobody.
    return scored.images.reduce((sum, { measured }) => sum + (measured.identity ?? 0), 0) / images.length;
  };
  const [ofPlain, ofVaried] = folders.map((folder) =>
    readReport(folder).strips.flatMap(({ images, further }) =>
      [...images, ...further].map((shown) => named(folder, shown)),
    ),
  );
  return { plain: await mean(ofPlain), varied: await mean(ofVaried), ceiling: await mean(await edits(plain)) };
}

/** Of the portrait, with the words and the seed of each render. */
async function edits(folder: string): Promise<NamedPicture[]> {
  const { stages, strips } = readReport(folder);
  const { chosen, outputs } = stages.find(({ id }) => id === '02-canonical')!;
  const portrait = outputs.find(({ sha256 }) => sha256 === chosen) ?? outputs[0];
  const reference = await pictureOf(readFileSync(join(folder, portrait.path)));
  const made: NamedPicture[] = [];
  for (const { text, images, further } of strips)
    for (const { seed } of [...images, ...further]) {
      const picture = draw({ prompt: text, negative: '', seed, width: 512, height: 512, loras: [], reference });
      made.push({ key: `${text} ${seed}`, source: await pngOf(picture) });
    }
  return made;
}
