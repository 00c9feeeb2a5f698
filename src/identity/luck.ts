import { seededRandom } from './random.js';
import { mean, standardError } from './statistics.js';
import { keyOf, pairsOf, type CheckpointSamples } from './trajectory.js';

const draws = 400;
/** A checkpoint this many standard errors behind the best may still be its equal. */
const equalWithinErrors = 2;

/**
 * How much too good the best of several checkpoints looks because it was picked for looking best: if all that may be
 * its equals were equals, by how much would the highest of them beat the truth? Bootstrap over prompts and seeds, the
 * same draw for every checkpoint (after Tibshirani and Tibshirani, "A bias correction for the minimum error rate in
 * cross-validation", Annals of Applied Statistics 3, 2009). Deterministic.
 */
export function luckOfTheBest(checkpoints: readonly CheckpointSamples[], best: CheckpointSamples, seed = 1): number {
  const equals = checkpoints.filter((checkpoint) => checkpoint === best || mayEqual(checkpoint, best));
  const cells = [...new Set(equals.flatMap(({ samples }) => samples.map(keyOf)))];
  if (equals.length < 2 || cells.length < 2) return 0;
  const residuals = equals.map((checkpoint) => residualsOf(checkpoint, cells));
  const random = seededRandom(seed);
  let luck = 0;
  for (let draw = 0; draw < draws; draw++) {
    const picks = cells.map(() => Math.floor(random() * cells.length));
    const means = residuals.map((row) => mean(picks.map((pick) => row[pick])));
    luck += Math.max(...means) - mean(means);
  }
  return luck / draws;
}

function mayEqual(checkpoint: CheckpointSamples, best: CheckpointSamples): boolean {
  const behind = pairsOf(best.samples, checkpoint.samples).map(([ofBest, own]) => ofBest - own);
  const error = standardError(behind);
  return error !== null && mean(behind) <= equalWithinErrors * error;
}

/** What each picture is above or below its checkpoint's mean; a picture without a face tells nothing: 0. */
function residualsOf({ samples }: CheckpointSamples, cells: readonly string[]): number[] {
  const known = new Map(samples.map((sample) => [keyOf(sample), sample.identity]));
  const centre = mean([...known.values()].filter((value) => value !== null));
  return cells.map((cell) => (known.get(cell) ?? centre) - centre);
}
