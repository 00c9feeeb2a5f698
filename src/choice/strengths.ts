import { fitAdditive } from './additive-fit.js';
import { isAsGood, mostBehind, waver, paired, type Paired } from './pairs.js';
import { studentQuantile } from './distributions.js';
import { sweepGrid } from './sweep-grid.js';
import type { CheckpointSamples } from './trajectory.js';

// Pure: workflows import this.

export const strengthRule =
  'Of several strengths of the LoRA, the lowest whose checkpoint is statistically as good as that of the best strength, ' +
  'by the same test: a LoRA at less strength leaves more to the prompt.';

/** Chance of calling one strength measurably better than a lower one although all are equal. */
const falseAheadChance = 0.05;

/** The checkpoints at one strength, and what the rule says of them. */
export interface AtStrength {
  strength: number;
  checkpoints: readonly CheckpointSamples[];
  /** The step that the rule names, as chosen or as good as any; null: none. */
  named: number | null;
  /** The highest that passes the guards; null where none does. */
  level: number | null;
}

/** A strength for which the rule names a checkpoint, beside the chosen one. */
export interface StrengthVerdict {
  strength: number;
  step: number;
  /** How much lower its checkpoint's identity is than the chosen one's, as if every image showed a face. */
  behindChosen: Paired;
  /** So sure that chance explains it in fewer than 5 of 100 sweeps of equal strengths. */
  isMeasurablyBehind: boolean;
}

export interface StrengthChoice {
  strength: number;
  /** The others with a checkpoint, ascending. */
  others: StrengthVerdict[];
  /** Whether the chosen one has the highest identity itself. */
  isBest: boolean;
}

/**
 * At which strength the LoRA is to be used: for each, the rule has named a checkpoint or none. What stands between two
 * strengths is their checkpoints on the same prompts and seeds. The lowest that is as good as the best, as with steps (the
 * one-standard-error rule: the least that does as well). That a lower one is worse is said as sure only where a paired
 * t-test says so at 5% over all pairs of strengths (Bonferroni; cf. Hsu, "Simultaneous confidence intervals for all
 * distances from the best", Annals of Statistics 9, 1981); two steps of a training differ by what it wavers, besides.
 * @param all by strength, ascending
 */
export function chooseStrength(all: readonly AtStrength[]): StrengthChoice {
  const named = all.flatMap(({ strength, named: step, checkpoints }) => {
    const found = checkpoints.find((checkpoint) => checkpoint.step === step);
    return found ? [{ strength, found }] : [];
  });
  if (named.length === 0) return { strength: highestOf(all), others: [], isBest: true };
  const { identity: rows } = sweepGrid(
    named.map(({ found }) => found),
    [],
  );
  const { means } = fitAdditive(rows);
  const behind = (row: number, other: number): Paired => {
    return { ...paired(rows[row], rows[other]), difference: means[other] - means[row] };
  };
  const best = means.reduce((highest, mean, row) => (mean > means[highest] ? row : highest), 0);
  const chosen = named.findIndex((_, row) => row === best || isAsGood(behind(row, best)));
  const pairsOfStrengths = (named.length * (named.length - 1)) / 2;
  return {
    strength: named[chosen].strength,
    isBest: chosen === best,
    others: named.flatMap(({ strength, found }, row) => {
      if (row === chosen) return [];
      const behindChosen = behind(row, chosen);
      const wavers = found.step === named[chosen].found.step ? 0 : 2 * waver ** 2;
      return [
        {
          strength,
          step: found.step,
          behindChosen,
          isMeasurablyBehind: isSurelyPositive(behindChosen, wavers, falseAheadChance / pairsOfStrengths),
        },
      ];
    }),
  };
}

/** So sure that chance explains it in fewer than `chance` of all pairs of equals; `wavers`: variance of what training does besides. */
export function isSurelyPositive({ difference, error, pairs }: Paired, wavers: number, chance: number): boolean {
  return pairs > 1 && difference > Math.sqrt(error ** 2 + wavers) * studentQuantile(1 - chance, pairs - 1);
}

/** Where no strength has a checkpoint to name: the one that comes closest, whose reason is told. */
function highestOf(all: readonly AtStrength[]): number {
  const levelOf = ({ level }: AtStrength): number => level ?? -Infinity;
  return all.reduce((highest, one) => (levelOf(one) >= levelOf(highest) ? one : highest)).strength;
}

/** For the reason: a sentence of why this strength. */
export function strengthSentence({ strength, others, isBest }: StrengthChoice, all: readonly number[]): string {
  if (others.length === 0) {
    const without = all.filter((one) => one !== strength);
    return `No checkpoint is named at any other strength (${without.join(', ')}).`;
  }
  const lower = others.filter((one) => one.strength < strength);
  const best = others.reduce((first, one) =>
    one.behindChosen.difference < first.behindChosen.difference ? one : first,
  );
  if (!isBest)
    return (
      `Strength ${strength} is the lowest that is statistically as good as the best: checkpoint ${best.step} at strength ` +
      `${best.strength} is ${fine(-best.behindChosen.difference)} higher on the same prompts and seeds.`
    );
  if (lower.length === 0) return `Strength ${strength}, the lowest, has the highest identity.`;
  const next = lower[lower.length - 1];
  return (
    `Strength ${strength} has the highest identity: checkpoint ${next.step} at strength ${next.strength} is ` +
    `${behindWords(next)}.`
  );
}

/** For the explanation, a sentence for each of the others. */
export const strengthLines = ({ others }: StrengthChoice): string[] =>
  others.map((one) => {
    const { strength, step, behindChosen } = one;
    const how = behindChosen.difference < 0 ? `${fine(-behindChosen.difference)} higher` : behindWords(one);
    return `At strength ${strength}, checkpoint ${step} is ${how} on the same ${behindChosen.pairs} prompts and seeds.`;
  });

function behindWords({ behindChosen: { difference }, isMeasurablyBehind }: StrengthVerdict): string {
  const much = `${fine(difference)} lower`;
  if (isMeasurablyBehind) return `${much}, a measurable difference`;
  return difference > mostBehind ? `${much}, more than ${mostBehind}, though chance may explain it` : much;
}

const fine = (value: number): string => value.toFixed(3);
