import { fitAdditive, type AdditiveFit } from '../../src/choice/additive-fit.js';
import { decide, type ChoiceDecision } from '../../src/choice/choice.js';
import { paired } from '../../src/choice/pairs.js';
import type { Row } from '../../src/choice/sweep-grid.js';
import type { ChoiceInput } from '../../src/choice/verdict.js';
import { plateauStarts } from '../../src/choice/plateau.js';

/** All rules see the same guards; each names a row, or null where no checkpoint passes them. */
export type Rule = (decision: ChoiceDecision) => number | null;

const earliest =
  (isAsGood: (behind: number, error: number) => boolean): Rule =>
  ({ sound, best, fit, grid: { identity } }) =>
    best === null
      ? null
      : (sound.find(
          (row) =>
            row === best || isAsGood(fit.means[best] - fit.means[row], paired(identity[row], identity[best]).error),
        ) ?? best);

export const rules: Record<string, Rule> = {
  ours: ({ chosen, asGoodAsAny, best }) => chosen ?? asGoodAsAny ?? best,
  'highest mean': ({ best }) => best,
  'one paired standard error': earliest((behind, error) => behind <= error),
  'within 0.015 of the best': earliest((behind) => behind <= 0.015),
  'change point at 0.5, with a veto': changePoint,
};

/** A checkpoint this many standard errors below the best is not taken, whatever its neighbours say. */
const badByItselfErrors = 4;
const waver = 0.01;

/** The chance that identity has stopped rising, errors from differences of neighbours, and nothing clearly behind. */
function changePoint({ sound, best, fit, grid: { identity } }: ChoiceDecision): number | null {
  if (best === null) return null;
  const variance = ofNeighbours(sound.map((row) => identity[row])) || fit.variance;
  const errorOf = (row: number) => Math.hypot(Math.sqrt(variance / fit.counts[row]), waver);
  const starts = plateauStarts(
    sound.map((row) => fit.means[row]),
    sound.map(errorOf),
  );
  let chance = 0;
  for (const [at, row] of sound.entries()) {
    chance += starts[at];
    if (chance < 0.5 || isFarBehind(fit, row, best, errorOf)) continue;
    const { difference, error } = paired(identity[row], identity[best]);
    if (row === best || difference <= 0.01 || difference < 2 * error) return row;
  }
  return best;
}

const isFarBehind = ({ means }: AdditiveFit, row: number, best: number, errorOf: (row: number) => number): boolean =>
  means[best] - means[row] > badByItselfErrors * Math.hypot(errorOf(row), errorOf(best));

/** Slow drift of single prompts does not count as noise. */
function ofNeighbours(rows: readonly Row[]): number {
  let [squares, degrees] = [0, 0];
  for (const [at, row] of rows.entries()) {
    if (at === 0) continue;
    const pair = [rows[at - 1], row];
    const { variance, degrees: free } = fitAdditive(pair);
    squares += variance * free;
    degrees += free;
  }
  return degrees > 0 ? squares / degrees : 0;
}

export const decideOf = (input: ChoiceInput): ChoiceDecision => decide(input.checkpoints, input);
