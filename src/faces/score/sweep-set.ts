import type { ArtifactRef } from '../../run/ref.js';
import type { Generalisation, SweepPicture } from '../../run/checkpoint-record.js';
import { adherenceOf } from './adherence.js';
import { diversityOf } from './diversity.js';
import { cosine } from '../engine/embedding.js';
import type { FaceMeasurement } from '../engine/engine.js';
import { isNearCopy } from './picture-difference.js';
import type { ComparedPicture } from './score.js';

/** One render: what was asked, what was found. */
export interface SweptRender {
  promptId: string;
  prompt: string;
  seed: number;
  image: ArtifactRef;
  compared: ComparedPicture;
  clip: number | null;
  crossCheck: SweepPicture['crossCheck'];
}

export interface TrainingFace {
  image: ArtifactRef;
  face: FaceMeasurement;
}

/** Each render beside the training picture it is nearest to, with what its prompt asked against what was found. */
export function sweepPictures(renders: readonly SweptRender[], training: readonly TrainingFace[]): SweepPicture[] {
  return renders.map(({ promptId, prompt, seed, image, compared, clip, crossCheck }) => ({
    prompt: promptId,
    seed,
    image,
    identity: compared.measured.identity,
    nearestTraining: nearestOf(compared.face, training),
    asked: adherenceOf(prompt, compared),
    clip,
    crossCheck,
  }));
}

function nearestOf(face: FaceMeasurement | null, training: readonly TrainingFace[]): SweepPicture['nearestTraining'] {
  const own = face?.chosen ?? null;
  if (face === null || own === null) return null;
  let nearest: { of: TrainingFace; similarity: number } | null = null;
  for (const of of training) {
    const similarity = of.face.chosen ? cosine(own.embedding, of.face.chosen.embedding) : -1;
    if (nearest === null || similarity > nearest.similarity) nearest = { of, similarity };
  }
  if (nearest === null) return null;
  // The copied picture need not be the one of the nearest face.
  const copied = training.find((candidate) => isNearCopy(face, candidate.face));
  const { image } = copied ?? nearest.of;
  return { image, similarity: Number(nearest.similarity.toFixed(4)), nearCopy: copied !== undefined };
}

/** The set in a few numbers, small enough to travel through a history. */
export function summariseSet(
  renders: readonly SweptRender[],
  pictures: readonly SweepPicture[],
): Pick<Generalisation, 'nearCopies' | 'diversity' | 'adherence' | 'clip'> {
  const adherence: Generalisation['adherence'] = {};
  for (const { part, met } of pictures.flatMap(({ asked }) => asked)) {
    adherence[part] ??= { met: 0, asked: 0 };
    adherence[part].asked++;
    if (met) adherence[part].met++;
  }
  const clips = pictures.map(({ clip }) => clip).filter((value) => value !== null);
  return {
    nearCopies: pictures.filter(({ nearestTraining }) => nearestTraining?.nearCopy).length,
    diversity: diversityOf(renders.map(({ promptId, compared }) => ({ prompt: promptId, face: compared.face }))),
    adherence,
    clip: clips.length === 0 ? null : Number((clips.reduce((sum, value) => sum + value, 0) / clips.length).toFixed(4)),
  };
}
