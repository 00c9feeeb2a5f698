import { AnotherStoreError } from '../artifacts/identity.js';
import { wordsOf } from '../activities/failure.js';
import { isDiskFull } from '../run/failures.js';

/** What a unit needs, this worker has not, and another may have. */
export interface Lack {
  error: Error;
  /** For people. */
  words: string;
  /** Whether this worker has it by now. Absent where only another try can tell. */
  isCured?: () => Promise<boolean>;
}

export type LackOf = (error: unknown) => Lack | null;

/** Of any worker: its store and its disk. */
export const lackOfWorker: LackOf = (error) => {
  const isOfWorker = error instanceof AnotherStoreError || (error instanceof Error && isDiskFull(error));
  return isOfWorker ? { error, words: wordsOf(error) } : null;
};
