import { drawSweep } from '../choice/kinds.js';
import { decideOf } from '../choice/rules.js';
import { stopIn } from './watched.js';

/** Checkpoints of a training. */
export const saves = 15;

/** What came of a training that might stop. */
export interface Stopped {
  kind: string;
  hasStopped: boolean;
  /** Of all steps, 0 to 1. */
  saved: number;
  /** Of the training, 0 to 1: where the first checkpoint within 0.01 of the best lies. */
  lockedAt: number;
  /** Nothing that is saved is as good. */
  isTooEarly: boolean;
  /** Beyond the regret of the whole training; below 0 where the end of the training misleads. */
  added: number;
  isTie: boolean;
  isUseless: boolean;
}

export function drawnStop(kind: string, seed: number, chance?: number): Stopped {
  const { input, truth, spoilt, isTie, isUseless } = drawSweep(kind, seed, saves);
  const { last, hasStopped } = stopIn(input.checkpoints, input.baseline, chance);
  const sound = [...truth.keys()].filter((row) => !spoilt[row]);
  const top = Math.max(...sound.map((row) => truth[row]));
  const isAsGood = (row: number): boolean => truth[row] >= top - 0.01;
  const regret = (until: number): number => {
    const named = namedBy(input, until);
    return named === null ? 0 : Math.max(0, top - truth[named]);
  };
  return {
    kind,
    hasStopped,
    saved: (saves - 1 - last) / saves,
    lockedAt: ((sound.find(isAsGood) ?? 0) + 1) / saves,
    isTooEarly: hasStopped && !sound.some((row) => row <= last && isAsGood(row)),
    added: hasStopped ? regret(last) - regret(saves - 1) : 0,
    isTie,
    isUseless,
  };
}

/** The row that the choice names among all up to one. */
function namedBy({ checkpoints, baseline }: ReturnType<typeof drawSweep>['input'], until: number): number | null {
  const { chosen, asGoodAsAny, best } = decideOf({ checkpoints: checkpoints.slice(0, until + 1), baseline });
  return chosen ?? asGoodAsAny ?? best;
}
