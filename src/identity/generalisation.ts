import { chanceOfAtLeast } from './distributions.js';
import { mean, standardError } from './statistics.js';
import { keyOf, type BaselineSample, type CheckpointSample, type CheckpointSamples } from './trajectory.js';
import type { CheckpointVerdict } from './verdict.js';

/**
 * Renders that grow this much nearer to training pictures than to held-out ones copy them. Being nearer by a constant
 * is no fault: the nearest of many training pictures is always nearer than the mean of a few references.
 */
const memorisationGrowth = 0.08;
/** How sure the growth must be, in standard errors. */
const memorisationErrors = 2;
/** As sure as this that faces get lost more often than before, all checkpoints together. */
const lostFacesChance = 0.02;

/** Fills `failed` of every checkpoint that copies its training pictures or loses faces. */
export function checkGuards(
  verdicts: CheckpointVerdict[],
  checkpoints: readonly CheckpointSamples[],
  baseline: readonly BaselineSample[],
): void {
  const chance = lostFacesChance / Math.max(1, verdicts.length);
  for (const [index, verdict] of verdicts.entries()) {
    const earlier = verdicts
      .slice(0, index)
      .map((other, at) => ({ verdict: other, samples: checkpoints[at].samples }))
      .filter((other) => other.verdict.failed === null);
    const before = [countFaces(baseline), ...earlier.map((other) => other.verdict.identity)];
    verdict.failed = losesFaces(verdict.identity, before, chance) ?? memorises(checkpoints[index].samples, earlier);
  }
}

interface Faces {
  n: number;
  noFace: number;
}

/** Compared with the baseline and all sound checkpoints before it. */
function losesFaces({ n, noFace }: Faces, before: readonly Faces[], chance: number): string | null {
  const of = n + noFace;
  if (n === 0) return `none of its ${of} pictures shows a face`;
  const lostBefore = before.reduce((sum, set) => sum + set.noFace, 0);
  const ofBefore = before.reduce((sum, set) => sum + set.n + set.noFace, 0);
  if (chanceOfAtLeast(noFace, of, lostBefore, ofBefore) >= chance) return null;
  return `${noFace} of its ${of} pictures show no face, against ${lostBefore} of ${ofBefore} before it`;
}

/** Compared with the earlier checkpoint that copies least. */
function memorises(
  samples: readonly CheckpointSample[],
  earlier: readonly { verdict: CheckpointVerdict; samples: readonly CheckpointSample[] }[],
): string | null {
  const measured = earlier.filter(({ verdict }) => verdict.memorisation !== null);
  if (measured.length === 0) return null;
  const calmest = measured.reduce((a, b) => (b.verdict.memorisation! < a.verdict.memorisation! ? b : a));
  const before = new Map(calmest.samples.map((sample) => [keyOf(sample), copying(sample)]));
  const growth = samples.flatMap((sample) => {
    const [now, then] = [copying(sample), before.get(keyOf(sample)) ?? null];
    return now === null || then === null ? [] : [now - then];
  });
  const error = standardError(growth);
  if (error === null || mean(growth) < memorisationGrowth || mean(growth) < memorisationErrors * error) return null;
  return (
    `it copies training pictures: its likeness to the nearest one has grown ${mean(growth).toFixed(2)} more than its ` +
    `likeness to held-out ones since step ${calmest.verdict.step} (limit ${memorisationGrowth.toFixed(2)})`
  );
}

const copying = ({ identity, nearestTraining }: CheckpointSample): number | null =>
  identity === null || nearestTraining === null ? null : nearestTraining - identity;

const countFaces = (samples: readonly { identity: number | null }[]): Faces => {
  const n = samples.filter(({ identity }) => identity !== null).length;
  return { n, noFace: samples.length - n };
};
