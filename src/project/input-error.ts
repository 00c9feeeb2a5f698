/** One thing that is wrong with what a person gave, as one sentence. */
export interface Problem {
  /** e.g. azit.yaml:9:3: 'training.stesp' is not a known key; the nearest is 'training.steps'. */
  message: string;
  /** e.g. training.stesp; null where no key is at fault. */
  key: string | null;
  /** e.g. azit.yaml:9:3; null where there is no file. */
  place: string | null;
}

/** Nobody reads more at once. */
const mostTold = 10;

/** Everything that is wrong. The first ones are told; the rest, which may be a file full, is only counted. */
export class Problems {
  readonly told: Problem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param describe is asked only where the problem is told. */
  add(describe: () => Problem): void {
    this.#count++;
    if (this.told.length >= mostTold) return;
    const problem = describe();
    // Two rules of the schema may say the same of one value.
    if (this.told.some(({ message }) => message === problem.message)) this.#count--;
    else this.told.push(problem);
  }

  get error(): InputError {
    return new InputError(this.told, this.#count - this.told.length);
  }
}

/** The input is wrong, and only the person can correct it. Holds the first problems found, and how many more there are. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly type = 'bad-input';

  constructor(
    readonly problems: readonly Problem[],
    readonly more = 0,
  ) {
    const rest = more > 0 ? [`… and ${more.toLocaleString('en-US')} more.`] : [];
    super([...problems.map((problem) => problem.message), ...rest].join('\n'));
  }

  static of(message: string): InputError {
    return new InputError([{ message, key: null, place: null }]);
  }
}
