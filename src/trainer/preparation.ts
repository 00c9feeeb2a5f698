import { freeBytesAt } from '../files/folder.js';
import { byteWords } from '../text/figures.js';
import { fault, type Fault } from './errors.js';
import type { TrainingRequest } from './types.js';

/** Multiples of saveEvery above the resumed step: what this attempt is to deliver. */
export function stepsToDeliver({ plan, resumeFrom }: Pick<TrainingRequest, 'plan' | 'resumeFrom'>): number[] {
  const first = Math.floor((resumeFrom?.step ?? 0) / plan.saveEvery) + 1;
  const count = Math.floor(plan.steps / plan.saveEvery) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * plan.saveEvery);
}

/** @returns a fault where the attempt's disk can't hold what it will write. */
export async function diskFault(neededBytes: number, workDir: string): Promise<Fault | null> {
  const free = await freeBytesAt(workDir);
  if (free >= neededBytes) return null;
  return fault(
    'disk-full',
    `The training needs about ${byteWords(neededBytes)} in ${workDir}, but only ${byteWords(free)} are free: ` +
      'free disk space there, or give the worker another --work-dir.',
  );
}
