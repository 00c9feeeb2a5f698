import type { Activities } from '../run/activities.js';
import { type ArtifactStore, readJson } from '../artifacts/artifact-store.js';
import type { ScoredPicture } from '../run/scored-picture.js';
import type { ArtifactRef } from '../run/ref.js';
import {
  compareBatch,
  cosine,
  measureCached,
  packed,
  type ComparedPicture,
  type NamedPicture,
  type OpenedEmbedder,
} from '../faces/index.js';
import { likenessAmong } from '../faces/score/among-themselves.js';
import { promptOfKey } from '../run/sweep-items.js';
import { batchBeat } from '../run/heartbeats.js';
import { whileBeating } from './liveness.js';
import { keepGrid, type GridPicture } from './keep-grid.js';
import { itemsOf, reusedBatch } from './render-batch.js';
import { scoreSweepSet, type SweepScorers } from './score-sweep-set.js';
import type {
  ComparedFaces,
  LookAlikes,
  RenderBatchResult,
  RenderedGrid,
  ReusedUnit,
  ReuseUnitsInput,
  ScoreFacesInput,
  ScoreFacesResult,
} from '../run/contracts.js';

export interface ScoreDeps extends SweepScorers {
  /** Opened at the first use: a worker that never scores loads no model. */
  embedder: () => Promise<OpenedEmbedder>;
  store: ArtifactStore;
}

export const createScoreActivities = (deps: ScoreDeps): Pick<Activities['identity'], 'scoreFaces' | 'reuseUnits'> => ({
  /** Measures each picture, and its likeness to the references. A picture without a face is a result, not a failure. */
  async scoreFaces(asked: ScoreFacesInput, faces?: ComparedFaces): Promise<ScoreFacesResult> {
    return await whileBeating(batchBeat('score', { done: 0, of: 1 }, asked.images), async (report, signal) => {
      const onProgress: Beats['onProgress'] = (progress, images) => report(batchBeat('score', progress, images));
      return await score({ ...asked, ...faces }, deps, { signal, onProgress });
    });
  },

  /** Reads the store and the engine's memory alone, where all is known; so another attempt is as quick. */
  async reuseUnits({ units, modelFiles }: ReuseUnitsInput, faces?: ComparedFaces): Promise<(ReusedUnit | null)[]> {
    const of = units.reduce((sum, { render }) => sum + itemsOf(render).length, 0);
    return await whileBeating(batchBeat('score', { done: 0, of }, []), async (report, signal) => {
      const found: (ReusedUnit | null)[] = [];
      let before = 0;
      for (const { render, score: asked } of units) {
        signal.throwIfAborted();
        const batch = await reusedBatch(render, deps.store, modelFiles);
        const onProgress: Beats['onProgress'] = ({ done }, images) =>
          report(batchBeat('score', { done: before + done, of }, images));
        const scored =
          batch && asked && (await score({ ...asked, ...faces, ...imagesIn(batch) }, deps, { signal, onProgress }));
        found.push(batch && { batch, ...(scored ? { scored } : {}) });
        before += itemsOf(render).length;
      }
      return found;
    });
  },
});

const imagesIn = ({ items, table }: RenderBatchResult): Pick<ScoreFacesInput, 'images' | 'grid'> =>
  table ? { images: [], grid: table.artifact } : { images: items.map(({ key, image }) => ({ key, image })) };

interface Beats {
  signal: AbortSignal;
  onProgress(progress: { done: number; of: number }, images: ScoreFacesInput['images']): void;
}

async function score(
  input: ScoreFacesInput,
  { embedder, store, ...scorers }: ScoreDeps,
  { signal, onProgress: tell }: Beats,
): Promise<ScoreFacesResult> {
  // Each picture is read when its turn comes: a batch is never in memory at once.
  const named = (key: string, ref: ArtifactRef) => {
    return { key, sha256: ref.sha256, source: () => store.readBytes(ref) };
  };
  const grid = input.grid && (await readJson<RenderedGrid>(store, input.grid));
  const wanted = grid ? imagesOf(grid) : input.images;
  const batch = {
    images: wanted.map(({ key, image }) => named(key, image)),
    references: input.references.map((ref) => named(ref.name, ref)),
    training: input.training?.map((ref) => named(ref.name, ref)),
    kept: input.kept?.map(({ key, image }) => named(key, image)),
  };
  // Between being rendered and being measured they stand in no record.
  const onProgress = (progress: { done: number; of: number }) => tell(progress, wanted);
  if (grid) onProgress({ done: 0, of: 1 });
  const opened = await embedder();
  const { images } = await compareBatch(opened.engine, batch, { signal, onProgress });
  const tools = { first: opened, store, signal, ...scorers };
  const together = (unit: string, from = 0, to = images.length) =>
    scoreSweepSet(
      { ...input, unit, images: wanted.slice(from, to) },
      images.slice(from, to),
      { ...batch, images: batch.images.slice(from, to) },
      tools,
    );
  const second = await scorers.crossCheck?.();
  const embedders = [opened, ...(second ? [second] : [])].map(({ provenance }) => provenance);
  const among = input.amongThemselves ? likenessAmong(images.map(faceOf), opened.embedder.threshold) : null;
  const pictures = images.map((picture, at) => {
    return { ...travelling(picture), ...(among ? { toOthers: rounded(among[at]) } : {}) };
  });
  if (!grid) return { pictures, generalisation: await together(input.unit), embedders };
  const margins = input.lookAlikes && (await marginsOf(images, input.lookAlikes, opened, named));
  const kept = images.map((picture, at): GridPicture => {
    const isTest = promptOfKey(wanted[at].key).startsWith('_') && picture.face;
    return {
      measured: picture.measured,
      ...(margins ? { margin: margins[at] } : {}),
      ...(isTest ? { thumbnail: packed(isTest).thumbnail } : {}),
    };
  });
  return { pictures: [], embedders, ...(await keepGrid(store, input.unit, grid, kept, together)) };
}

/** Of each image how much more it is like the person than like the nearest of the others; null where a face is missing. */
async function marginsOf(
  images: readonly ComparedPicture[],
  { person, others }: LookAlikes,
  { engine }: OpenedEmbedder,
  named: (key: string, ref: ArtifactRef) => NamedPicture,
): Promise<(number | null)[]> {
  const embeddingOf = async (ref: ArtifactRef) =>
    (await measureCached(engine, named(ref.name, ref))).face?.chosen?.embedding ?? null;
  const own = await embeddingOf(person);
  const decoys: Float32Array[] = [];
  for (const other of others) {
    const embedding = await embeddingOf(other);
    if (embedding) decoys.push(embedding);
  }
  return images.map((image) => {
    const face = faceOf(image);
    if (!face || !own || decoys.length === 0) return null;
    return rounded(cosine(face, own) - Math.max(...decoys.map((decoy) => cosine(face, decoy))));
  });
}

const faceOf = ({ face }: ComparedPicture) => face?.chosen?.embedding ?? null;
const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(4)));

/** Embeddings stay in this process. */
function travelling({ face: _face, similarities: _similarities, ...picture }: ComparedPicture): ScoredPicture {
  return picture;
}

function imagesOf({ prompts, tests = [], items }: RenderedGrid): ScoreFacesInput['images'] {
  const texts = new Map([...prompts, ...tests].map(({ id, text }) => [id, text]));
  return items.map(({ key, image, seed }) => {
    const promptId = promptOfKey(key);
    return { key, image, render: { promptId, prompt: texts.get(promptId) ?? '', seed } };
  });
}
