import type { ArtifactStore } from '../artifacts/artifact-store.js';
import {
  compareBatch,
  measureCached,
  summariseSet,
  sweepPictures,
  type ComparedPicture,
  type OpenedEmbedder,
  type ScoreInput,
  type SweptRender,
  type TrainingFace,
} from '../faces/index.js';
import type { CrossCheck, Generalisation, SweepPicture } from '../run/checkpoint-record.js';
import type { ScoreFacesInput } from '../run/contracts.js';

/** What else a worker may measure the sweep's pictures with. */
export interface SweepScorers {
  /** A second embedder, to say where the two disagree. */
  crossCheck?: () => Promise<OpenedEmbedder>;
  /** Cosine of a prompt and a picture (encoded, any format). */
  clip?: () => Promise<(prompt: string, picture: Buffer) => Promise<number>>;
}

interface Tools extends SweepScorers {
  first: OpenedEmbedder;
  store: ArtifactStore;
  signal: AbortSignal;
}

/** Null where the pictures are no renders of a sweep. The table of all renders goes to the store. */
export async function scoreSweepSet(
  { unit, images, training = [] }: ScoreFacesInput,
  compared: readonly ComparedPicture[],
  batch: ScoreInput,
  tools: Tools,
): Promise<Generalisation | null> {
  if (images.length === 0 || images.some(({ render }) => render === undefined)) return null;
  const crossChecked = await crossCheck(compared, batch, tools);
  const renders: SweptRender[] = [];
  for (const [at, { image, render }] of images.entries()) {
    if (!render) continue;
    const { promptId, prompt, seed } = render;
    const clip = await clipOf(prompt, batch.images[at], compared[at], tools);
    renders.push({
      promptId,
      prompt,
      seed,
      image,
      compared: compared[at],
      clip,
      crossCheck: crossChecked?.pictures[at] ?? null,
    });
  }
  const pictures = sweepPictures(renders, await trainingFaces(training, batch, tools));
  const table = await tools.store.putBytes(Buffer.from(JSON.stringify(pictures)), {
    name: `scores-${unit}.json`,
    mediaType: 'application/json',
  });
  return { ...summariseSet(renders, pictures), crossCheck: crossChecked?.summary ?? null, table };
}

/** Measured a moment ago for the comparison: this finds what the engine remembers. */
async function trainingFaces(
  refs: NonNullable<ScoreFacesInput['training']>,
  { training = [] }: ScoreInput,
  { first: { engine } }: Tools,
): Promise<TrainingFace[]> {
  const faces: TrainingFace[] = [];
  for (const [at, image] of refs.entries()) {
    const { face } = await measureCached(engine, training[at]);
    if (face) faces.push({ image, face });
  }
  return faces;
}

async function crossCheck(
  first: readonly ComparedPicture[],
  { images, references }: ScoreInput,
  { crossCheck: open, first: { embedder: firstEmbedder }, signal }: Tools,
): Promise<{ summary: CrossCheck; pictures: NonNullable<SweepPicture['crossCheck']>[] } | null> {
  if (!open) return null;
  const {
    engine,
    embedder: { name, threshold },
  } = await open();
  const second = await compareBatch(engine, { images, references }, { signal });
  const pictures = second.images.map(({ measured: { identity } }, at) => {
    const own = first[at].measured.identity;
    const agrees = (own !== null && own >= firstEmbedder.threshold) === (identity !== null && identity >= threshold);
    return { identity, agrees };
  });
  const known = pictures.map(({ identity }) => identity).filter((value) => value !== null);
  const mean = known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  const disagree = pictures.filter(({ agrees }) => !agrees).length;
  const identity = mean === null ? null : Number(mean.toFixed(4));
  return { summary: { embedder: name, identity, disagree, of: pictures.length }, pictures };
}

async function clipOf(
  prompt: string,
  { source }: ScoreInput['images'][number],
  { error }: ComparedPicture,
  { clip, signal }: Tools,
): Promise<number | null> {
  if (!clip || error !== null) return null;
  signal.throwIfAborted();
  const similarity = await clip();
  return Number((await similarity(prompt, typeof source === 'function' ? await source() : source)).toFixed(4));
}
