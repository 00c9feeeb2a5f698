import { verifyCheckpoint, type ResumePoint, type TrainingPlan } from '../trainer/index.js';
import { checkpointMetadata } from './checkpoint-metadata.js';
import { ownPreset } from './config.js';
import { runNameOf } from './folders.js';
import { readOptimizer, type ResumedAt } from './optimizer.js';

/** @returns what is wrong with the point, or null. ai-toolkit would fail on it, or go on with a fresh or a wrong optimizer. */
export async function resumeProblem(plan: TrainingPlan, point: ResumePoint): Promise<string | null> {
  const found = await readPoint(plan, point);
  return typeof found === 'string' ? found : null;
}

/** @returns what it resumes at, or what is wrong with the point. */
export async function readPoint(
  plan: TrainingPlan,
  { step, checkpointPath, state }: ResumePoint,
): Promise<ResumedAt | string> {
  const expected = { step, meta: plan.meta, shapes: null };
  const metadata = checkpointMetadata(runNameOf(plan.name), ownPreset(plan).arch);
  const verdict = await verifyCheckpoint(checkpointPath, expected, metadata);
  if (verdict.kind === 'unsound') return verdict.reason;
  if (verdict.kind === 'spoilt') return verdict.fault.cause;
  const [file] = state.files;
  const optimizer = file ? await readOptimizer(file.path) : null;
  if (!optimizer) return 'its optimizer state is incomplete';
  // The mark is the update count that it had when it was taken.
  if (typeof state.mark === 'number' && optimizer.updates !== state.mark)
    return `its optimizer state has made ${optimizer.updates} updates, not ${state.mark}: it is from another save`;
  return { step, updates: optimizer.updates, shapes: verdict.shapes };
}
