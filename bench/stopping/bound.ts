import { drawSweep, kinds } from '../choice/kinds.js';

/** A training, and what a rule that sees true identities knows of it after each checkpoint. */
interface Known {
  /** After each checkpoint: since which no later one is better by 0.01. */
  lockedSince: number[];
  /** Per checkpoint: within 0.01 of the best sound one of the whole training. */
  isAsGood: boolean[];
  locksEarly: boolean;
}

interface End {
  saved: number;
  isTooEarly: boolean;
}

/**
 * The bound of any rule on these trainings: it sees true identities instead of noisy images and knows how such trainings
 * go on, only not the future of this one. The best policy by backward induction over (checkpoint, locked since), for one
 * price of a saved step after the other; between two policies one may toss a coin, so the bound is linear there.
 * @param wanted part of the steps saved where identity locks by 40 %, 0 to 1
 * @returns least part of all trainings that are stopped before locking
 */
export function leastFalseStops(draws: number, saves: number, wanted: number): number {
  const trainings = Object.keys(kinds).flatMap((kind) =>
    Array.from({ length: draws }, (_, seed) => knownOf(kind, seed + 1, saves)).filter((one) => one !== null),
  );
  const policies = Array.from({ length: 100 }, (_, at) => bestPolicy(trainings, saves, 0.01 * at)).map((ends) => ({
    saved: mean(ends.filter((_, at) => trainings[at].locksEarly).map(({ saved }) => saved)),
    falsely: mean(ends.map(({ isTooEarly }) => (isTooEarly ? 1 : 0))),
  }));
  const least = policies.flatMap((more) =>
    policies
      .filter((less) => less.saved <= wanted && wanted < more.saved)
      .map(
        (less) => less.falsely + ((wanted - less.saved) / (more.saved - less.saved)) * (more.falsely - less.falsely),
      ),
  );
  return Math.min(...least);
}

function knownOf(kind: string, seed: number, saves: number): Known | null {
  const { truth, spoilt, isTie, isUseless } = drawSweep(kind, seed, saves);
  if (isTie || isUseless) return null;
  const top = Math.max(...truth.filter((_, row) => !spoilt[row]));
  const isAsGood = truth.map((level, row) => !spoilt[row] && level >= top - 0.01);
  const lockedSince = truth.map((_, last) => {
    const best = Math.max(...truth.slice(0, last + 1));
    return truth.findIndex((level) => level >= best - 0.01);
  });
  return { lockedSince, isAsGood, locksEarly: (isAsGood.indexOf(true) + 1) / saves <= 0.4 };
}

/** @param price how many false stops a saved step of an early one is worth @returns how each training ends */
function bestPolicy(trainings: readonly Known[], saves: number, price: number): End[] {
  const ends = trainings.map((): End => ({ saved: 0, isTooEarly: false }));
  const worth = (at: number, { saved, isTooEarly }: End): number =>
    (trainings[at].locksEarly ? price * saved : 0) - (isTooEarly ? 1 : 0);
  for (let row = saves - 3; row >= 1; row--) {
    for (let since = 0; since <= row; since++) {
      const group = [...trainings.keys()].filter((at) => trainings[at].lockedSince[row] === since);
      const stopped = group.map((at) => stoppedAt(trainings[at], row, saves));
      const gain = group.map((at, of) => worth(at, stopped[of]) - worth(at, ends[at]));
      if (gain.reduce((sum, one) => sum + one, 0) > 0) for (const [of, at] of group.entries()) ends[at] = stopped[of];
    }
  }
  return ends;
}

/** The trainer saves one checkpoint more. */
function stoppedAt({ isAsGood }: Known, row: number, saves: number): End {
  const last = row + 1;
  return { saved: (saves - 1 - last) / saves, isTooEarly: !isAsGood.slice(0, last + 1).includes(true) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
