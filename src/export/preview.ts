import sharp from 'sharp';
import type { ReadArtifact } from '../report/files.js';
import type { ArtifactRef } from '../run/ref.js';
import type { ReportData } from '../run/record.js';
import type { SweepPicture } from '../run/checkpoint-record.js';
import { isChosen } from '../report/wanted.js';
import type { Checkpoint } from './checkpoints.js';

/** The picture that stands for a checkpoint, and where it comes from. */
export interface Preview {
  image: ArtifactRef;
  /** Of the sweep; null: no LoRA drew it. */
  render: { prompt: string; text: string | null; seed: number; identity: number | null } | null;
  /** What it shows, in words. */
  what: string;
}

/** As ModelSpec recommends: a small square. */
const thumbnailSide = 256;
const thumbnailQuality = 80;

/**
 * The first seed of the first prompt that shows a face: no picking of the best one. Before the sweep has drawn any, the
 * portrait or the anchor.
 */
export async function previewOf(data: ReportData, checkpoint: Checkpoint, read: ReadArtifact): Promise<Preview | null> {
  const renders = rendersOf(data, checkpoint.step) ?? (await tableOf(checkpoint, read));
  const [first] = renders;
  if (first) {
    const { image, ...render } = renders.find(({ identity }) => identity !== null) ?? first;
    return { image, render, what: `rendered with this checkpoint in the sweep (prompt ${render.prompt})` };
  }
  for (const [id, what] of faces) {
    const stage = data.stages.find((candidate) => candidate.id === id);
    const picture = stage?.outputs.find(({ image }) => isChosen(stage, image));
    if (picture)
      return { image: picture.image, render: null, what: `${what}: the sweep has not rendered this checkpoint yet` };
  }
  return null;
}

const faces = [
  ['02-canonical', 'the portrait that the run started from'],
  ['01-anchor', 'the anchor that the run started from'],
] as const;

type Render = { image: ArtifactRef } & NonNullable<Preview['render']>;

/** null: the sweep is not over. */
function rendersOf({ strips, choice }: ReportData, step: number): Render[] | null {
  const shown = strips.filter(({ strength }) => strength === choice?.strength);
  const renders = shown.flatMap(({ prompt, text, images }) =>
    images
      .filter((cell) => cell.step === step)
      .map(({ image, seed, identity }) => ({ image, prompt, text, seed, identity })),
  );
  return renders.length > 0 ? renders : null;
}

/** What a sweep that goes on has scored already. */
async function tableOf({ generalisation }: Checkpoint, read: ReadArtifact): Promise<Render[]> {
  if (!generalisation) return [];
  const pictures = JSON.parse((await read(generalisation.table)).toString()) as SweepPicture[];
  return pictures.map(({ image, prompt, seed, identity }) => ({ image, prompt, text: null, seed, identity }));
}

/** Decoded and encoded again: the pixels, and nothing that a server wrote beside them. */
export const pngOf = (bytes: Buffer): Promise<Buffer> => sharp(bytes).autoOrient().png().toBuffer();

export const thumbnailOf = (bytes: Buffer): Promise<Buffer> =>
  sharp(bytes)
    .autoOrient()
    .resize(thumbnailSide, thumbnailSide, { fit: 'cover' })
    .jpeg({ quality: thumbnailQuality })
    .toBuffer();

export const base64DataUri = (jpeg: Buffer): string => `data:image/jpeg;base64,${jpeg.toString('base64')}`;
