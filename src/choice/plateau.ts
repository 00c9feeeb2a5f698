// Pure: workflows import this.

/** Levels that identity is thought to have, between the lowest and the highest seen: finer than any noise. */
const levels = 80;
/** A checkpoint now and then is bad by itself (a spike of the loss): it says nothing of its neighbours. */
const badByItself = 0.02;

/**
 * When has identity stopped rising? Identity rises from checkpoint to checkpoint (by any steps), stays on a plateau, and
 * may fall after it (by any steps). Every start and end of the plateau is as likely beforehand, and so is every rise and
 * fall to and from it; what the pictures say is summed over all of them (a change point after Smith, "A Bayesian approach
 * to inference about a change-point problem", Biometrika 62, 1975; ordered levels: Barlow, Bartholomew, Bremner and
 * Brunk, Statistical Inference under Order Restrictions, 1972). No shape of the curve, no step is special.
 * @param means by step, ascending
 * @param errors standard error of each
 * @returns for each checkpoint the chance that the plateau starts with it; they sum to 1
 */
export function plateauStarts(means: readonly number[], errors: readonly number[]): number[] {
  const count = means.length;
  const low = Math.min(...means.map((value, at) => value - 2 * errors[at]));
  const high = Math.max(...means.map((value, at) => value + 2 * errors[at]));
  const grid = Array.from({ length: levels }, (_, at) => low + ((high - low) * (at + 0.5)) / levels);
  const likelihoods = means.map((value, at) =>
    ofItsHighest(
      grid.map((level) => (1 - badByItself) * normalDensity(value - level, errors[at]) + badByItself / (high - low)),
    ),
  );
  const risesTo = orderedBelow(likelihoods);
  const fallsFrom = orderedBelow(likelihoods.toReversed());
  const starts = Array<number>(count).fill(0);
  for (let start = 0; start < count; start++) {
    const onPlateau = Array<number>(levels).fill(1);
    for (let end = start; end < count; end++)
      for (let level = 0; level < levels; level++) {
        onPlateau[level] *= likelihoods[end][level];
        const evidence = onPlateau[level] * risesTo[start][level] * fallsFrom[count - 1 - end][level];
        starts[start] += evidence / (count - start);
      }
  }
  const total = starts.reduce((sum, value) => sum + value, 0);
  return starts.map((value) => value / total);
}

/**
 * For `length` checkpoints and each level: the mean likelihood over all never-falling sequences of levels up to it.
 * Counted from the left, one running sum a checkpoint.
 */
function orderedBelow(likelihoods: readonly number[][]): number[][] {
  const means: number[][] = [Array<number>(levels).fill(1)];
  let sums = Array<number>(levels).fill(1);
  let counts = Array<number>(levels).fill(1);
  for (const likelihood of likelihoods) {
    const below = sums;
    sums = runningSum(likelihood.map((value, level) => value * below[level]));
    counts = runningSum(counts);
    const ways = counts;
    means.push(sums.map((sum, level) => sum / ways[level]));
  }
  return means;
}

/** Products over a hundred checkpoints neither overflow nor vanish. */
function ofItsHighest(values: readonly number[]): number[] {
  const highest = Math.max(...values);
  return values.map((value) => value / highest);
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

const normalDensity = (off: number, error: number): number =>
  Math.exp(-0.5 * (off / error) ** 2) / (error * Math.sqrt(2 * Math.PI));
