/** One thing that is wrong with what a person gave, as one sentence. */
export interface Problem {
  /** e.g. azit.yaml:9:3: 'training.stesp' is not a known key; the nearest is 'training.steps'. */
  message: string;
  /** e.g. training.stesp; null where no key is at fault. */
  key: string | null;
  /** e.g. azit.yaml:9:3; null where there is no file. */
  place: string | null;
}

/** The input is wrong, and only the person can correct it. Holds every problem found, not only the first. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly type = 'bad-input';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join('\n'));
  }

  static of(message: string): InputError {
    return new InputError([{ message, key: null, place: null }]);
  }
}
