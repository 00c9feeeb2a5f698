import { runNameOf } from './folders.js';
import { readOptimizer, type ResumedAt } from './optimizer.js';
import type { ResumePair, TrainingPlan } from './types.js';
import { verifyCheckpoint } from './verify.js';

/** @returns what is wrong with the pair, or null. ai-toolkit would fail on it, or go on with a fresh or a wrong optimizer. */
export async function resumeProblem(plan: TrainingPlan, pair: ResumePair): Promise<string | null> {
  const found = await readPair(plan, pair);
  return typeof found === 'string' ? found : null;
}

/** @returns what it resumes at, or what is wrong with the pair. */
export async function readPair(
  plan: TrainingPlan,
  { step, checkpointPath, optimizerPath, updates }: ResumePair,
): Promise<ResumedAt | string> {
  const expected = { step, runName: runNameOf(plan.name), meta: plan.meta, arch: plan.preset.arch, shapes: null };
  const verdict = await verifyCheckpoint(checkpointPath, expected);
  if (verdict.kind === 'unsound') return verdict.reason;
  if (verdict.kind === 'spoilt') return verdict.fault.cause;
  const optimizer = await readOptimizer(optimizerPath);
  if (!optimizer) return 'its optimizer state is not whole';
  if (typeof updates === 'number' && optimizer.updates !== updates)
    return `its optimizer state has made ${optimizer.updates} updates, not ${updates}: it is of another save`;
  return { step, updates: optimizer.updates, shapes: verdict.shapes };
}
