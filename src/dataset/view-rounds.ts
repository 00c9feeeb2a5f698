import type { Wording } from '../project/families/family.js';
import type { ResolvedProject } from '../project/schema.js';

/** Without a budget, a missing view is rendered this often at most. */
const roundsWithoutBudget = 3;
/** With one: each round adds to the history, and what twelve did not bring, another would not. */
const mostRounds = 12;

const roundsOf = (budget: ResolvedProject['dataset']['budget']): number => (budget ? mostRounds : roundsWithoutBudget);

/** The most renders of a number of views, where nobody asks for more; each has its first. */
export const mostViewRenders = (budget: ResolvedProject['dataset']['budget'], views: number): number =>
  Math.min(budget?.renders ?? Infinity, roundsOf(budget) * views);

/** What filling the views of stages 03 and 04 may take: see `dataset.budget`. A person's resume allows as much again. */
export class ViewRounds {
  readonly most: number;
  #renders = 0;
  readonly #start: number;

  /** @param nowMs the workflow's clock */
  constructor(
    private readonly budget: ResolvedProject['dataset']['budget'],
    private readonly nowMs: () => number,
  ) {
    this.most = roundsOf(budget);
    this.#start = nowMs();
  }

  /** How many of the missing views a round may render. @param reserved for views that had no turn yet */
  room(missing: number, retry: number, reserved: number): number {
    const { renders = Infinity, minutes = Infinity } = this.budget ?? {};
    if (retry > 0 && this.nowMs() - this.#start >= minutes * 60_000) return 0;
    return Math.max(0, Math.min(missing, renders - this.#renders - (retry > 0 ? reserved : 0)));
  }

  /** After a resume. */
  again(): ViewRounds {
    return new ViewRounds(this.budget, this.nowMs);
  }

  spend(renders: number): void {
    this.#renders += renders;
  }
}

/** Another seed first; then other words, which have two rounds too, and so on. */
export const wordingOf = (retry: number): Wording => (Math.floor(retry / 2) % 2 === 0 ? 'usual' : 'other');
