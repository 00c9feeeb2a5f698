import { runNameOf } from './folders.js';
import { readOptimizer } from './optimizer.js';
import type { ResumePair, TrainingPlan } from './types.js';
import { verifyCheckpoint } from './verify.js';

/** @returns what is wrong with the pair, or null. ai-toolkit would fail on it, or go on with a fresh optimizer. */
export async function resumeProblem(
  plan: TrainingPlan,
  { step, checkpointPath, optimizerPath }: ResumePair,
): Promise<string | null> {
  const expected = { step, runName: runNameOf(plan.name), meta: plan.meta, arch: plan.preset.arch, shapes: null };
  const verdict = await verifyCheckpoint(checkpointPath, expected);
  if (verdict.kind === 'unsound') return verdict.reason;
  if (verdict.kind === 'spoilt') return verdict.fault.cause;
  return (await readOptimizer(optimizerPath)) ? null : 'its optimizer state is not whole';
}
