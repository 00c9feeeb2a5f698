import { gpuTime } from '../run/spent.js';
import { spentSoFar } from './spending.js';

const lookEveryMs = 1_000;
/** Of the time that is left, so much goes to the save with which a training ends; at most a minute. */
const saveShare = 0.05;
const mostSaveSeconds = 60;

/** The run's budget allows this activity no more. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError';
  readonly type = 'budget-spent';
  constructor(mostSeconds: number, model: string) {
    super(`The budget allows this training ${gpuTime(mostSeconds, model)}, and all of it is spent.`);
  }
}

/** Fires while there is time left to save, so that the budget is not passed. */
export class BudgetWatch {
  readonly #spent = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param mostSeconds of all attempts together; absent: no limit. @param model the run's family */
  constructor(mostSeconds: number | undefined, model: string) {
    if (mostSeconds === undefined) return;
    const until = mostSeconds - Math.min(mostSaveSeconds, saveShare * mostSeconds);
    const look = (): void => {
      if ((spentSoFar()?.gpuSeconds ?? 0) >= until) this.#spent.abort(new BudgetSpentError(mostSeconds, model));
    };
    look();
    this.#timer = setInterval(look, lookEveryMs);
  }

  get signal(): AbortSignal {
    return this.#spent.signal;
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
