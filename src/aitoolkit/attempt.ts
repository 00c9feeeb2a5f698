import { join, resolve } from 'node:path';
import { CheckpointWatch } from './checkpoints.js';
import { optimizerOf, trainerConfig, writeTrainerConfig } from './config.js';
import { judgeEnding } from './ending.js';
import { failed, fault, type Fault } from './errors.js';
import { layDataset, makeFolders, runNameOf, stageResume, type AttemptFolders } from './folders.js';
import { launchTrainer } from './launch.js';
import { Observer } from './observer.js';
import { readOptimizer, type ResumedAt } from './optimizer.js';
import { endOrphan, removeLock, writeLock } from './orphans.js';
import { overrideProblems } from './override.js';
import type { StallLimits } from './stall.js';
import type { TrainingHooks, TrainingOutcome, TrainingRequest } from './types.js';
import { verifyCheckpoint } from './verify.js';

export interface AttemptSettings {
  command: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
  limits: StallLimits;
}

/** How often the run folder is listed and the stall judged; the trainer's words ask for a look sooner. */
const lookEveryMs = 500;

/** One child, from its folders to the judgement of its end. */
export async function runAttempt(
  settings: AttemptSettings,
  request: TrainingRequest,
  hooks: TrainingHooks,
): Promise<TrainingOutcome> {
  hooks.signal.throwIfAborted();
  const steps = stepsToDeliver(request);
  if (steps.length === 0) return { kind: 'completed', seconds: 0 };
  const workDir = resolve(request.workDir);
  const [problem] = overrideProblems(request.plan.override);
  if (problem) return failed(fault('bad-input', problem));
  const orphan = await endOrphan(workDir);
  if (orphan) return failed(orphan);
  const folders = await makeFolders(workDir);
  if ('cause' in folders) return failed(folders);
  try {
    const prepared = await prepare(request, folders);
    if ('cause' in prepared) return failed(prepared);
    hooks.signal.throwIfAborted();
    return await train({ settings, request, hooks, workDir, folders, steps, resumed: prepared.resumed });
  } finally {
    await folders.release();
  }
}

/** Multiples of saveEvery above the resumed step. */
function stepsToDeliver({ plan, resumeFrom }: TrainingRequest): number[] {
  const first = Math.floor((resumeFrom?.step ?? 0) / plan.saveEvery) + 1;
  const count = Math.floor(plan.steps / plan.saveEvery) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * plan.saveEvery);
}

async function prepare(
  { plan, dataset, resumeFrom }: TrainingRequest,
  { configPath, datasetFolder, trainingFolder }: AttemptFolders,
): Promise<{ resumed: ResumedAt | null } | Fault> {
  const runName = runNameOf(plan.name);
  const unfit = await layDataset(datasetFolder, dataset);
  if (unfit) return unfit;
  await writeTrainerConfig(configPath, trainerConfig(plan, { runName, trainingFolder, datasetFolder }));
  if (!resumeFrom) return { resumed: null };
  const { step, checkpointPath, optimizerPath } = resumeFrom;
  const expected = { step, runName, meta: plan.meta, arch: plan.preset.arch, shapes: null };
  const verdict = await verifyCheckpoint(checkpointPath, expected);
  const optimizer = await readOptimizer(optimizerPath);
  if (verdict.kind !== 'sound' || !optimizer) {
    return fault('artifact-damaged', `Checkpoint ${step} can't be resumed from: it or its optimizer state is damaged.`);
  }
  await stageResume(join(trainingFolder, runName), runName, resumeFrom);
  return { resumed: { step, updates: optimizer.updates } };
}

interface Training {
  settings: AttemptSettings;
  request: TrainingRequest;
  hooks: TrainingHooks;
  workDir: string;
  folders: AttemptFolders;
  steps: number[];
  resumed: ResumedAt | null;
}

async function train(training: Training): Promise<TrainingOutcome> {
  const { settings, request, hooks, workDir, folders, steps, resumed } = training;
  const { plan } = request;
  const runName = runNameOf(plan.name);
  const runFolder = join(folders.trainingFolder, runName);
  const startedAt = performance.now();
  // The first reason to end it counts; what follows from the ending does not.
  let stopped: { fault: Fault } | { thrown: unknown } | null = null;
  const stop = (reason: { fault: Fault } | { thrown: unknown }) => {
    stopped ??= reason;
    child.terminate();
  };
  const onFault = (found: Fault) => stop({ fault: found });
  const watch = new CheckpointWatch({
    runFolder,
    runName,
    takenFolder: folders.takenFolder,
    steps,
    resumed,
    countsUpdates: /^adamw?$/i.test(optimizerOf(plan)),
    expected: { runName, meta: plan.meta, arch: plan.preset.arch, shapes: null },
    deliver: hooks.onCheckpoint,
    onSpoilt: onFault,
    onDeliveryError: (thrown) => stop({ thrown }),
  });
  const observer = new Observer({
    plan,
    runName,
    resumeStep: resumed?.step ?? null,
    limits: settings.limits,
    lookEveryMs,
    onProgress: hooks.onProgress,
    onSaved: () => watch.nudge(),
    onFault,
  });
  const child = launchTrainer({
    command: [...settings.command, folders.configPath],
    cwd: settings.cwd,
    env: settings.env,
    onLine: (line) => observer.readLine(line),
    onSegment: (segment) => observer.readSegment(segment),
  });
  if (child.pid > 0) writeLock(workDir, child.pid, folders.configPath);
  const onAbort = () => stop({ thrown: hooks.signal.reason });
  hooks.signal.addEventListener('abort', onAbort, { once: true });
  const looks = setInterval(() => {
    observer.look();
    watch.nudge();
  }, lookEveryMs);
  const exit = await child.exited;
  clearInterval(looks);
  observer.look();
  removeLock(workDir, child.pid);
  await watch.finish();
  hooks.signal.removeEventListener('abort', onAbort);
  const reason = stopped as { fault: Fault } | { thrown: unknown } | null;
  if (reason && 'thrown' in reason) throw reason.thrown;
  const { delivered, reasons } = watch;
  const found =
    reason?.fault ??
    (await judgeEnding({ plan, runFolder, runName, exit, jobError: observer.jobError, steps, delivered, reasons }));
  if (found) return failed(found, observer.tail.lines());
  return { kind: 'completed', seconds: (performance.now() - startedAt) / 1000 };
}
