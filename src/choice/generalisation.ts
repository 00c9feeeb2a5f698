import type { AdditiveFit } from './additive-fit.js';
import { apart } from '../text/figures.js';
import { fitAdditive } from './additive-fit.js';
import { chanceOfAtLeast, studentQuantile } from './distributions.js';
import type { Row, SweepGrid } from './sweep-grid.js';

/** Renders that grow this much nearer to training pictures than likeness explains copy them: less is nothing to see. */
const memorisationGrowth = 0.03;
/** As sure as this that copying has grown, all checkpoints together: a late checkpoint is not worth a risk. */
const memorisationChance = 0.02;
/** As sure as this, all pairs of checkpoints together: certain enough to tell checkpoints apart by it. */
const certainChance = 0.01;
/** As sure as this that faces get lost more often than before, all checkpoints together. */
const lostFacesChance = 0.01;
/** Where likeness is next to none, its share in the growth of copying can't be told. */
const leastLikeness = 0.1;

export interface Failure {
  kind: 'loses-faces' | 'copies' | 'fails-tests';
  /** In words with the numbers. */
  why: string;
  /** Beyond the chance that comes with looking at many pairs of checkpoints. */
  certain: boolean;
}

/** For each checkpoint why a guard rules it out; null: it is sound. */
export function checkGuards({ identity, copying, baseline }: SweepGrid, steps: readonly number[]): (Failure | null)[] {
  const likeness = fitAdditive(identity);
  const copied = fitAdditive(copying);
  const failures: (Failure | null)[] = [];
  for (const [row, values] of identity.entries()) {
    const earlier = [...failures.keys()].filter((other) => failures[other] === null);
    const before = [baseline, ...earlier.map((other) => identity[other])];
    failures.push(
      losesFaces(values, before, lostFacesChance / identity.length) ??
        memorises(row, earlier, { likeness, copied, steps }),
    );
  }
  return failures;
}

/** Compared with the baseline and all sound checkpoints before it. */
function losesFaces(row: Row, before: readonly Row[], chance: number): Failure | null {
  const [lost, of] = [lostIn(row), row.length];
  if (lost === of) return { kind: 'loses-faces', why: `none of its ${of} images shows a face`, certain: true };
  const lostBefore = before.reduce((sum, other) => sum + lostIn(other), 0);
  const ofBefore = before.reduce((sum, other) => sum + other.length, 0);
  if (chanceOfAtLeast(lost, of, lostBefore, ofBefore) >= chance) return null;
  return {
    kind: 'loses-faces',
    why: `${lost} of its ${of} images show no face, compared with ${lostBefore} of ${ofBefore} before it`,
    certain: true,
  };
}

const lostIn = (row: Row): number => row.filter((value) => value === null).length;

interface Fits {
  likeness: AdditiveFit;
  copied: AdditiveFit;
  steps: readonly number[];
}

/**
 * Compared with every sound checkpoint before it. Being nearer to training pictures by a constant is no fault: the nearest
 * of many is always nearer than the mean of a few; and where likeness to everything grows by a tenth, so does what it is
 * nearer by. Only what goes beyond counts.
 */
function memorises(row: number, earlier: readonly number[], { likeness, copied, steps }: Fits): Failure | null {
  if (!(copied.counts[row] > 0) || copied.degrees === 0) return null;
  const grown = earlier
    .filter((other) => copied.counts[other] > 0)
    .map((other) => {
      const error = Math.sqrt(copied.variance * (1 / copied.counts[row] + 1 / copied.counts[other]));
      return { since: steps[other], error, ...growthSince(row, other, likeness, copied) };
    });
  const beyond = ({ by, natural, error }: (typeof grown)[number]) => (by - natural) / Math.max(error, 1e-9);
  const farthest = grown
    .filter(({ by, natural }) => by - natural > memorisationGrowth)
    .reduce<(typeof grown)[number] | null>((a, b) => (a !== null && beyond(a) >= beyond(b) ? a : b), null);
  if (farthest === null) return null;
  const pairs = (steps.length * (steps.length - 1)) / 2;
  const quantile = (chance: number) => studentQuantile(1 - chance, copied.degrees);
  if (beyond(farthest) < quantile(memorisationChance / steps.length)) return null;
  const [grew, natural] = apart(farthest.by, farthest.natural + memorisationGrowth, 3);
  const why =
    `it copies training images: since step ${farthest.since}, its similarity to the nearest one has grown ${grew} more ` +
    `than its similarity to held-out images (up to ${natural} is normal)`;
  return { kind: 'copies', why, certain: beyond(farthest) >= quantile(certainChance / pairs) };
}

function growthSince(row: number, other: number, likeness: AdditiveFit, copied: AdditiveFit) {
  const moreLikeness = Math.max(0, likeness.means[row] - likeness.means[other]);
  const nearerBy = Math.max(0, copied.means[other]) / Math.max(leastLikeness, likeness.means[other]);
  return { by: copied.means[row] - copied.means[other], natural: moreLikeness * nearerBy };
}
