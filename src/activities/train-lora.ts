import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { activityInfo, getClient, log } from '@temporalio/activity';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ModelFiles } from '../project/model-files.js';
import type { Activities } from '../run/activities.js';
import type { TrainLoraInput, TrainLoraResult } from '../run/contracts.js';
import type { TrainingHeartbeat } from '../run/heartbeats.js';
import type { CheckpointSaved } from '../run/training-record.js';
import { failed, fault, TrainerError, type Trainer, type TrainingFailure } from '../trainer/index.js';
import { BudgetWatch } from './budget-watch.js';
import { splitCancellation } from './cancellation.js';
import { CheckpointSignals } from './checkpoint-signals.js';
import { whileBeating } from './liveness.js';
import { makeFolder } from '../files/folder.js';
import { LossCurve, mostPoints, thinned } from './loss-curve.js';
import { publish, type Publisher } from './publication.js';
import { layResumePoint } from './resume-point.js';
import { layDataset, planOf } from './training-inputs.js';
import { othersWork } from './render-records.js';
import { recordsOf } from './training-key.js';
import { toldOf, TrainingRecords, type Claim, type PublishedCheckpoint } from './training-records.js';
import { holderOf, type Holder } from './holder.js';
import { DoneElsewhereError, takeTurn } from './training-turn.js';

export interface TrainDeps {
  trainer: Trainer;
  store: ArtifactStore;
  workDir: string;
  modelFiles?: ModelFiles;
}

/** Attempts in a row, of one round, that bring no new checkpoint: then a person is asked. */
const fruitlessLimit = 30;
const longestPauseMs = 30_000;

/**
 * The states of an attempt.
 * Complete: every wanted step is published already, by any run, or no other is wanted; only the result is put together.
 * Waiting: another run has the same training. This attempt reports what is saved so far and ends until Temporal retries it.
 * Claimed: this attempt has the next number and owns the training; every attempt before it is fenced.
 * Prepared: a folder of its own with the newest sound checkpoint, its resume state and the images.
 * Training: each sound checkpoint is published (content, then record, then signal) while the trainer continues. A
 * successor's claim fences this attempt at its next publication.
 * Cancelled as the owner, it saves, publishes that save and ends as cancelled; cancelled for another reason, it ends at once.
 * Ended: signals not yet sent get one last try and the folder is removed. The failure says whether and when Temporal
 * retries; after `fruitlessLimit` attempts without a new checkpoint a person is asked instead.
 */
export const createTrainActivities = (deps: TrainDeps): Activities['train'] => ({
  /**
   * Trains from the last sound checkpoint on (from zero where there is none) and publishes each sound checkpoint while
   * it goes. Safe to run twice: the first publication of a step wins, and what is published is not trained again.
   */
  async trainLora(input: TrainLoraInput): Promise<TrainLoraResult> {
    const records = new TrainingRecords(deps.store, await recordsOf(input, deps.store, deps.modelFiles));
    const published = await records.published(lastWanted(input), input.saveEvery);
    const missing = input.upTo === 'published' ? null : await firstMissing(input, published, deps.store);
    if (missing !== null) {
      await whileBeating(startOf(input, published), async (report, signal) => {
        await trainOn({ ...deps, input, published, missing, records, report, signal });
      });
    }
    return await resultOf(records, input);
  },
});

interface Attempt extends TrainDeps {
  input: TrainLoraInput;
  published: PublishedCheckpoint[];
  /** The first step that is wanted and not there. */
  missing: number;
  records: TrainingRecords;
  report: (details: TrainingHeartbeat) => void;
  signal: AbortSignal;
}

/** Of the steps that are wanted: those of the sweep and the last, or where no sweep is known, all that are to be saved. */
async function firstMissing(
  input: TrainLoraInput,
  published: PublishedCheckpoint[],
  store: ArtifactStore,
): Promise<number | null> {
  const { saveEvery, sweptSteps } = input;
  const all = Array.from({ length: Math.floor(lastWanted(input) / saveEvery) }, (_, index) => (index + 1) * saveEvery);
  const wanted = sweptSteps ? all.filter((step, at) => at === all.length - 1 || sweptSteps.includes(step)) : all;
  const there = new Map(published.map((one) => [one.step, one]));
  for (const step of wanted) {
    const found = there.get(step);
    if (!found || !(await store.holds(found.lora))) return step;
  }
  return null;
}

const lastWanted = ({ steps, upTo }: TrainLoraInput): number => (typeof upTo === 'number' ? upTo : steps);

async function trainOn(attempt: Attempt): Promise<void> {
  const { input, published, missing, records, trainer, store, report, signal } = attempt;
  const resumable = [...published, ...(await records.stops())]
    .filter(({ step }) => step < missing)
    .sort((a, b) => a.step - b.step);
  const publishedStep = resumable.at(-1)?.step ?? 0;
  const { round, saveEvery, trigger } = input;
  const about = { round, publishedStep, saveEvery, host: hostname(), pid: process.pid, holder: holderOf(input) };
  const turn = await takeTurn(records, about);
  if ('runId' in turn) return await waitFor(turn, attempt);
  const { claim, before } = turn;
  const fruitless = await records.fruitlessBefore(claim, fruitlessLimit);
  if (fruitless >= fruitlessLimit) throw new TrainerError(inVain(publishedStep));
  const workDir = await ownFolder(join(attempt.workDir, 'training', input.runId, 'attempts'), claim);
  const plan = planOf(input, attempt.modelFiles ?? {});
  const resumeFolder = join(workDir, 'resume');
  const resumeFrom = await layResumePoint({ published: resumable, plan, trainer, store, folder: resumeFolder });
  const isResumed = before !== null && (before.holder?.runId ?? input.runId) === input.runId;
  if (isResumed) await records.noteResume(resumeFrom?.step ?? 0, lastKnownStep(resumeFrom?.step ?? 0));
  const news = newsOf(input, await records.toldBefore(claim, fruitlessLimit));
  if (claim.generation > 1) news.retell(soundOf(attempt));
  const budget = new BudgetWatch(input.mostGpuSeconds, input.family);
  const cancellation = splitCancellation(signal);
  const { atOnce, afterSaving } = cancellation;
  const curve = new LossCurve();
  const enough = new AbortController();
  const publisher = { trigger, saveEvery, claim, curve, records, store, news, signal: atOnce };
  try {
    const dataset = await layDataset(input.dataset, store, workDir);
    const validation = input.validation && {
      every: input.validation.every,
      items: await layDataset(input.validation.pictures, store, workDir),
    };
    const outcome = await trainer.run(
      { plan, workDir, generation: claim.generation, dataset, validation, resumeFrom },
      {
        signal: atOnce,
        saveAndStop: AbortSignal.any([afterSaving, enough.signal, budget.signal]),
        onProgress: (progress) => {
          if (progress.loss !== null) publisher.curve.add(progress.step, progress.loss);
          const { validation } = progress;
          if (validation) publisher.curve.addValidation(validation.step, validation.loss);
          report({ kind: 'training', ...progress, steps: input.steps });
        },
        onCheckpoint: async (checkpoint) => {
          await publish(checkpoint, publisher);
          if (typeof input.upTo === 'number' && checkpoint.step >= input.upTo) enough.abort();
        },
      },
    );
    // Stopped by a cancellation alone: what it has saved is published, and whether it goes on is Temporal's to say.
    if (outcome.kind === 'stopped' && afterSaving.aborted) throw afterSaving.reason;
    if (outcome.kind === 'stopped' && budget.signal.aborted && !enough.signal.aborted) throw budget.signal.reason;
    if (outcome.kind === 'failed') throw failureOf(outcome, fruitless);
  } finally {
    cancellation.dispose();
    budget.dispose();
    await keepLateValidation(publisher);
    await noteTold(records, claim, await news.end());
    await removeOrSay(workDir);
  }
}

/** Tells this run of what the other has saved so far; Temporal tries again, and then there is more. */
async function waitFor(holder: Holder, attempt: Attempt): Promise<void> {
  const { input, published, report } = attempt;
  const { toldStep = 0 } = (activityInfo().heartbeatDetails ?? {}) as Partial<TrainingHeartbeat>;
  const news = newsOf(input, toldStep);
  news.retell(soundOf(attempt));
  const told = Math.max(toldStep, await news.end());
  report({
    ...startOf(input, published),
    phase: `waiting for run ${holder.runId}, which trains the same`,
    toldStep: told,
  });
  throw new DoneElsewhereError(holder);
}

/** What is behind the first that is missing may have lost its content too: it is told when it is made again. */
const soundOf = ({ published, missing }: Attempt): CheckpointSaved[] =>
  published.filter(({ step }) => step < missing).map(toldOf);

/** Where the store does not take it, the next attempt tells it all again. */
async function noteTold(records: TrainingRecords, claim: Claim, step: number): Promise<void> {
  if (step > 0) await records.noteTold(claim, step).catch((error: Error) => log.warn(error.message));
}

/** A nicety: where the store does not take it, the training is none the worse. */
async function keepLateValidation({ curve, records }: Publisher): Promise<void> {
  const late = curve.takeValidation();
  if (late.length === 0) return;
  await records
    .noteValidation(late)
    .catch((error: Error) => log.warn(`could not store validation losses: ${error.message}`));
}

/**
 * What earlier attempts left goes first: all that counts of it is published. A later one's folder stays, and so does what
 * can't be removed: the disk is judged by what is free.
 */
async function ownFolder(parent: string, { generation }: Claim): Promise<string> {
  for (const name of await readdir(parent).catch(() => [])) {
    const other = /^g(\d+)$/.exec(name);
    if (!other || Number(other[1]) > generation) continue;
    await removeOrSay(join(parent, name));
  }
  const own = join(parent, `g${generation}`);
  await makeFolder(own).catch(({ message }: Error) => {
    const cause = `The worker can't write to ${parent}: set --work-dir to a folder that it can write to. (${message})`;
    throw new TrainerError(failed(fault('training-failed', cause)));
  });
  return own;
}

async function removeOrSay(folder: string): Promise<void> {
  const removed = rm(folder, { recursive: true, force: true });
  await removed.catch((error: Error) => log.warn(`could not remove ${folder}: ${error.message}`));
}

function newsOf({ runId, steps, saveEvery, sweptSteps }: TrainLoraInput, toldStep: number): CheckpointSignals {
  const onTrouble = (sentence: string) => log.warn(sentence);
  return new CheckpointSignals({ client: getClient(), runId, steps, saveEvery, sweptSteps, toldStep, onTrouble });
}

function startOf(input: TrainLoraInput, published: PublishedCheckpoint[]): TrainingHeartbeat {
  const step = published.at(-1)?.step ?? 0;
  return { kind: 'training', phase: 'starting', step, steps: input.steps, loss: null, secondsPerStep: null };
}

/** Where the attempt before had got to, from its last heartbeat; at least where this one resumes. */
function lastKnownStep(fromStep: number): number {
  const details = activityInfo().heartbeatDetails as TrainingHeartbeat | undefined;
  return Math.max(fromStep, details?.step ?? 0);
}

/** Tried again at once where the attempt before brought something, later and later where none does. */
function failureOf(outcome: TrainingFailure, fruitless: number): TrainerError {
  const retryAfterMs = Math.min(longestPauseMs, 1_000 * 2 ** fruitless);
  return Object.assign(new TrainerError(outcome), { retryAfterMs });
}

const inVain = (step: number): TrainingFailure => ({
  kind: 'failed',
  cause: `${fruitlessLimit} attempts in a row produced no checkpoint after step ${step}; see the worker's log.`,
  type: 'training-stuck',
  logTail: [],
});

async function resultOf(records: TrainingRecords, input: TrainLoraInput): Promise<TrainLoraResult> {
  const published = await records.published(lastWanted(input), input.saveEvery);
  const segments = [...published, ...(await records.stops())].sort((a, b) => a.step - b.step);
  const validation = input.validation ? await records.validation(segments) : [];
  return {
    // The log of validation may be read only after its checkpoint was published.
    checkpoints: published.map((one) =>
      toldOf({ ...one, validation: validation.filter(([step]) => step <= one.step) }),
    ),
    resumes: await records.resumes(),
    loss: thinned(
      segments.flatMap(({ loss }) => loss),
      mostPoints,
    ),
    ...(input.validation ? { validation: thinned(validation, mostPoints) } : {}),
    madeBy: published.at(-1)?.madeBy ?? null,
    seconds: Math.round(segments.reduce((sum, { seconds }) => sum + seconds, 0)),
    ...reusedOf(published, input),
  };
}

function reusedOf(published: PublishedCheckpoint[], { runId }: TrainLoraInput): Pick<TrainLoraResult, 'reused'> {
  const others = othersWork(published, runId);
  return others ? { reused: { checkpoints: others.count, runs: others.runs } } : {};
}
