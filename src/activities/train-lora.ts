import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { activityInfo, getClient, log } from '@temporalio/activity';
import type { SoundCheckpoint, Trainer, TrainingPlan } from '../aitoolkit/index.js';
import { TrainerError } from '../aitoolkit/index.js';
import type { ArtifactDamagedError } from '../artifacts/errors.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { familyOf } from '../spec/families/index.js';
import { modelFileOf, type ModelFiles } from '../spec/model-files.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../spec/names.js';
import { checkpointSavedSignal } from '../workflows/messages.js';
import type { CheckpointSaved, TrainingHeartbeat } from '../workflows/types.js';
import { whileBeating } from './liveness.js';
import { LossCurve } from './loss-curve.js';
import { TrainingRecords, type PublishedCheckpoint } from './training-records.js';
import type { TrainLoraInput, TrainLoraResult } from './types.js';

export interface TrainDeps {
  trainer: Trainer;
  store: ArtifactStore;
  workDir: string;
  modelFiles?: ModelFiles;
}

export const createTrainActivities = ({ trainer, store, workDir, modelFiles = {} }: TrainDeps) => ({
  /**
   * Trains from the last sound checkpoint on (from zero where there is none) and publishes each sound checkpoint while
   * it goes. Safe to run twice: the first publication of a step wins, and what is published is not trained again.
   */
  async trainLora(input: TrainLoraInput): Promise<TrainLoraResult> {
    const records = new TrainingRecords(store, input.runId);
    const published = await records.published(input.steps, input.saveEvery);
    const isComplete = published.length === Math.floor(input.steps / input.saveEvery);
    if (!isComplete) {
      await whileBeating(startOf(input, published), async (report, signal) => {
        await trainOn({ input, published, records, trainer, store, workDir, modelFiles, report, signal });
      });
    }
    return await resultOf(records, input);
  },
});

interface Attempt {
  input: TrainLoraInput;
  published: PublishedCheckpoint[];
  records: TrainingRecords;
  trainer: Trainer;
  store: ArtifactStore;
  workDir: string;
  modelFiles: ModelFiles;
  report: (details: TrainingHeartbeat) => void;
  signal: AbortSignal;
}

async function trainOn(attempt: Attempt): Promise<void> {
  const { input, records, trainer, store, report, signal } = attempt;
  const folder = join(attempt.workDir, 'training', input.runId);
  const name = `r${input.round}-a${activityInfo().attempt}`;
  const workDir = await emptyFolder(join(folder, 'attempts'), name);
  const resumeFrom = await stageResume(attempt, workDir);
  if (resumeFrom || activityInfo().attempt > 1 || input.round > 0) {
    await records.noteResume(resumeFrom?.step ?? 0, lastKnownStep(resumeFrom?.step ?? 0));
  }
  const curve = new LossCurve();
  const outcome = await trainer.run(
    { plan: planOf(input, attempt.modelFiles), workDir, dataset: await layDataset(input, store, folder), resumeFrom },
    {
      signal,
      onProgress: (progress) => {
        if (progress.loss !== null) curve.add(progress.step, progress.loss);
        report({ kind: 'training', ...progress, steps: input.steps });
      },
      onCheckpoint: async (checkpoint) => {
        await publish({ checkpoint, name, curve, records, store, input });
      },
    },
  );
  await rm(workDir, { recursive: true, force: true });
  if (outcome.kind === 'failed') throw new TrainerError(outcome);
}

/** What earlier attempts left goes first: all that counts of it is published. */
async function emptyFolder(parent: string, name: string): Promise<string> {
  for (const earlier of await readdir(parent).catch(() => [])) {
    if (/^r\d+-a\d+$/.test(earlier)) await rm(join(parent, earlier), { recursive: true, force: true });
  }
  await mkdir(join(parent, name), { recursive: true });
  return join(parent, name);
}

/** Lays the newest published pair that reads back sound beside the run; a damaged one: the one before. */
async function stageResume({ published, store }: Attempt, workDir: string) {
  for (const { step, lora, optimizer } of [...published].reverse()) {
    if (!optimizer) continue;
    const checkpointPath = join(workDir, 'resume', `step-${step}.safetensors`);
    const optimizerPath = join(workDir, 'resume', `step-${step}.optimizer.pt`);
    try {
      await store.readToFile(lora, checkpointPath);
      await store.readToFile(optimizer, optimizerPath);
      return { step, checkpointPath, optimizerPath };
    } catch (error) {
      if ((error as ArtifactDamagedError).type !== 'artifact-damaged') throw error;
      log.warn(`checkpoint ${step} can't be resumed from: ${(error as Error).message}`);
    }
  }
  return undefined;
}

async function layDataset(input: TrainLoraInput, store: ArtifactStore, folder: string) {
  const dataset = [];
  for (const { name, image, caption } of input.dataset) {
    const extension = image.name.split('.').pop() ?? 'png';
    const imagePath = join(folder, 'pictures', `${image.sha256}.${extension}`);
    await store.readToFile(image, imagePath);
    dataset.push({ imagePath, caption, fileName: `${name}.${extension}` });
  }
  return dataset;
}

interface Publication {
  checkpoint: SoundCheckpoint;
  name: string;
  curve: LossCurve;
  records: TrainingRecords;
  store: ArtifactStore;
  input: TrainLoraInput;
}

async function publish({ checkpoint, name, curve, records, store, input }: Publication): Promise<void> {
  const { step, dataSha256 } = checkpoint;
  const label = `${input.trigger}-${String(step).padStart(9, '0')}`;
  const lora = await store.putFile(checkpoint.checkpointPath, {
    name: `${label}.safetensors`,
    mediaType: 'application/x-safetensors',
  });
  const optimizer = checkpoint.optimizerPath
    ? await store.putFile(checkpoint.optimizerPath, { name: `${label}.pt`, mediaType: 'application/octet-stream' })
    : null;
  const segment = curve.take();
  const { value, first } = await records.publish({ step, lora, optimizer, dataSha256, attempt: name, ...segment });
  if (!first && value.dataSha256 !== dataSha256) {
    log.warn(`step ${step} was published by attempt ${value.attempt} already; this one's is dropped`);
  }
  await tell(input.runId, { step, lora: value.lora });
}

/** A signal that does not arrive is made good by the activity's result. */
async function tell(runId: string, saved: CheckpointSaved): Promise<void> {
  for (const workflowId of [workflowIdOf(runId), sweepWorkflowIdOf(runId)]) {
    try {
      await getClient().workflow.getHandle(workflowId).signal(checkpointSavedSignal, saved);
    } catch (error) {
      log.warn(`${workflowId} was not told of checkpoint ${saved.step}: ${(error as Error).message}`);
    }
  }
}

function planOf(input: TrainLoraInput, modelFiles: ModelFiles): TrainingPlan {
  const { name, trigger, steps, saveEvery, rank, seed, override, dataset, family } = input;
  const { trainer } = familyOf(family);
  const preset = { ...trainer, baseModel: modelFileOf(modelFiles, family, 'base') ?? trainer.baseModel };
  // No run id in the file: the same project gives the same bytes in every run.
  return { name, trigger, steps, saveEvery, rank, seed, override, preset, expectedImages: dataset.length, meta: {} };
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

async function resultOf(records: TrainingRecords, input: TrainLoraInput): Promise<TrainLoraResult> {
  const published = await records.published(input.steps, input.saveEvery);
  return {
    checkpoints: published.map(({ step, lora }) => ({ step, lora })),
    resumes: await records.resumes(),
    loss: published.flatMap(({ loss }) => loss),
    seconds: Math.round(published.reduce((sum, { seconds }) => sum + seconds, 0)),
  };
}
