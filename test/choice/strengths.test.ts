import assert from 'node:assert/strict';
import { scoredAt, type Training } from '../../bench/choice/draw.js';
import { drawTraining } from '../../bench/choice/kinds.js';
import { decide } from '../../src/choice/choice.js';
import { chooseStrength, strengthSentence, type AtStrength, type StrengthChoice } from '../../src/choice/strengths.js';
import type { ChoiceInput } from '../../src/choice/verdict.js';

const draws = 100;

interface Drawn {
  chosen: StrengthChoice;
  /** Of the chosen strength, and whether the rule takes it for a winner. */
  step: number | null;
  isWinner: boolean;
  /** True identity of every checkpoint at every strength. */
  truth: Map<number, number[]>;
}

function ruleAt(strength: number, input: ChoiceInput): AtStrength & { isWinner: boolean } {
  const { chosen, asGoodAsAny, best, fit } = decide(input.checkpoints, input);
  const row = chosen ?? asGoodAsAny;
  return {
    strength,
    checkpoints: input.checkpoints,
    named: row === null ? null : input.checkpoints[row].step,
    level: best === null ? null : fit.means[best],
    isWinner: chosen !== null,
  };
}

function chosenOf(inputs: ChoiceInput[], strengths: number[]): Omit<Drawn, 'truth'> {
  const all = inputs.map((input, index) => ruleAt(strengths[index], input));
  const chosen = chooseStrength(all);
  const { named: step, isWinner } = all.find(({ strength }) => strength === chosen.strength)!;
  return { chosen, step, isWinner };
}

/** The same training at several strengths, of which each takes its share of the way from no LoRA. */
function drawn(kind: string, seed: number, shares: Record<number, number>): Drawn {
  const { training, draw } = drawTraining(kind, seed);
  const strengths = Object.keys(shares)
    .map(Number)
    .toSorted((a, b) => a - b);
  const at = strengths.map((strength) => atShare(training, shares[strength]));
  const truth = new Map(at.map(({ levels }, index) => [strengths[index], levels.map(meanOf)]));
  return { ...chosenOf(scoredAt(at, draw), strengths), truth };
}

const atShare = (training: Training, share: number): Training => ({
  ...training,
  levels: training.levels.map((row) =>
    row.map((level, at) => training.baseline[at] + share * (level - training.baseline[at])),
  ),
});

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const many = (kind: string, shares: Record<number, number>): Drawn[] =>
  Array.from({ length: draws }, (_, seed) => drawn(kind, 31_000 + seed, shares));

describe('the strength of the LoRA, on sweeps with known truth', function () {
  this.timeout(120_000);

  for (const kind of ['ties', 'ties, both', 'saturating', 'few seeds'])
    it(`${kind}: of equal strengths one is called measurably better, or a step although all are alike`, () => {
      const equals = many(kind, { 0.6: 1, 0.8: 1, 1: 1 });
      const sure = equals.filter(({ chosen: { others } }) =>
        others.some(({ isMeasurablyBehind }) => isMeasurablyBehind),
      );

      assert.ok(sure.length <= 5, `${sure.length} of ${draws}`);
      if (!kind.startsWith('ties')) return;
      const winners = equals.filter(({ isWinner }) => isWinner);

      assert.ok(winners.length <= 5, `a step in ${winners.length} of ${draws}`);
    });

  it('of equal strengths the lowest is taken most of the time', () => {
    const equals = many('saturating', { 0.6: 1, 0.8: 1, 1: 1 });
    const counts = [0.6, 0.8, 1].map((wanted) => equals.filter(({ chosen }) => chosen.strength === wanted).length);

    assert.ok(counts[0] >= 60, counts.join(' '));
  });

  it('a strength that brings half as much is taken, or true identity is given up for a lower one', () => {
    const sweeps = many('locks early', { 0.5: 0.5, 0.8: 0.97, 1: 1 });
    const regrets = sweeps.flatMap(({ chosen, step, truth }) => {
      const top = Math.max(...[...truth.values()].flat());
      return step === null ? [] : [top - truth.get(chosen.strength)![step / 200 - 1]];
    });

    assert.ok(regrets.length > draws / 2);
    assert.ok(meanOf(regrets) <= 0.015, `regret ${meanOf(regrets).toFixed(4)}`);
    const half = sweeps.filter(({ chosen, step }) => step !== null && chosen.strength === 0.5);
    assert.ok(half.length <= 2, `${half.length} of ${draws} take half of it`);
  });

  it('a strength that copies its training images at every step is taken although a lower one is as good', () => {
    const taken = Array.from({ length: draws }, (_, seed) => {
      const { training, draw } = drawTraining('locks early', 77_000 + seed);
      // As early as the first swept step nothing is copied: what a guard compares with.
      const copying = training.copying.map((value, row) => value + (row === 0 ? 0 : 0.3));
      const { chosen, step } = chosenOf(scoredAt([training, { ...training, copying }], draw), [0.8, 1]);
      return chosen.strength === 1 && step !== 200;
    }).filter(Boolean);
    assert.equal(taken.length, 0);
  });

  it('a strength without a checkpoint is no candidate, and where none has one the closest is told of', () => {
    const { chosen } = drawn('locks early', 5, { 0: 0, 1: 1 });
    assert.deepEqual(chosen, { strength: 1, others: [], isBest: true });
    const none = [0.6, 0.8, 1].map((strength) => {
      return { strength, checkpoints: [], named: null, level: strength === 0.8 ? 0.5 : strength === 1 ? 0.4 : null };
    });
    assert.deepEqual(chooseStrength(none), { strength: 0.8, others: [], isBest: true });
  });

  it('the sentence does not say why', () => {
    const paired = (difference: number) => ({ difference, error: 0.01, pairs: 12 });
    const other = (strength: number, difference: number, isMeasurablyBehind = false) => {
      return { strength, step: 400, behindChosen: paired(difference), isMeasurablyBehind };
    };
    const said = (choice: StrengthChoice) => strengthSentence(choice, [0.6, 0.8, 1]);
    assert.equal(
      said({ strength: 0.8, isBest: false, others: [other(0.6, 0.05), other(1, -0.004)] }),
      'Strength 0.8 is the lowest that is statistically as good as the best: checkpoint 400 at strength 1 is 0.004 higher on the same prompts and seeds.',
    );
    assert.equal(
      said({ strength: 1, isBest: true, others: [other(0.6, 0.05, true), other(0.8, 0.03, true)] }),
      'Strength 1 has the highest identity: checkpoint 400 at strength 0.8 is 0.030 lower, a measurable difference.',
    );
    assert.equal(
      said({ strength: 1, isBest: true, others: [other(0.8, 0.02)] }),
      'Strength 1 has the highest identity: checkpoint 400 at strength 0.8 is 0.020 lower, more than 0.015, though chance may explain it.',
    );
    assert.equal(
      said({ strength: 0.6, isBest: true, others: [other(1, 0.02)] }),
      'Strength 0.6, the lowest, has the highest identity.',
    );
    assert.equal(
      said({ strength: 1, isBest: true, others: [] }),
      'No checkpoint is named at any other strength (0.6, 0.8).',
    );
  });
});
