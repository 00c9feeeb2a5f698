import { MODULES } from '../model/adapter.js';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { stringify } from 'yaml';
import type { TrainingPicture } from '../model/lesson.js';
import { LoraTraining } from '../model/training.js';
import { readTrainerConfig, type TrainerConfig } from './config.js';
import { loadDataset } from './dataset.js';
import { runSteps, type Loop } from './loop.js';
import { findResumePoint, type ResumePoint } from './resume.js';
import { LossLog } from './loss-log.js';
import type { RunFolder } from './run-folder.js';
import { SideChannel } from './side-channel.js';
import { Validation } from './validation.js';

export interface TrainerStreams {
  stdout: Writable;
  stderr: Writable;
  /** Aborted: the person pressed Ctrl-C. Nothing is saved, as in ai-toolkit. */
  signal: AbortSignal;
}

/** The base models that need no files here. */
const builtInModels = ['sandbox'];

/** `python run.py CONFIG`. @returns the exit code: 0 also where the job was stopped, 1 for every failure. */
export async function runTrainer(configPath: string, { stdout, stderr, signal }: TrainerStreams): Promise<number> {
  const print = (line: string): void => void stdout.write(`${line}\n`);
  const paint = (text: string): void => void stderr.write(text);
  const atExit: (() => void)[] = [];
  try {
    print('Running 1 job');
    await runJob(await readTrainerConfig(configPath), { print, paint, signal, atExit });
    return 0;
  } catch (error) {
    if (signal.aborted) {
      print('Job stopped');
      return 0;
    }
    const { message, name, stack } = error as Error;
    print(`Error running job: ${message}`);
    print('\n========================================\nResult:\n - 0 completed jobs\n - 1 failure');
    print('========================================');
    paint(`Traceback (most recent call last):\n${stack}\n${name}: ${message}\n`);
    return 1;
  } finally {
    for (const late of atExit) late();
  }
}

type Surroundings = Pick<Loop, 'print' | 'paint' | 'signal' | 'atExit'>;

async function runJob(config: TrainerConfig, surroundings: Surroundings): Promise<void> {
  const { print, signal } = surroundings;
  const banner = '#############################################';
  print(`${banner}\n# Running job: ${config.name}\n${banner}\n\n`);
  print(JSON.stringify(config.raw.config.process[0], null, 4));
  const folder: RunFolder = { path: config.runFolder, name: config.name };
  await mkdir(folder.path, { recursive: true });
  await writeFile(join(folder.path, 'config.yaml'), stringify(config.raw));
  print('Running  1 process');
  const channel = await SideChannel.open(config, print);
  try {
    await train(config, folder, { ...surroundings, channel });
    await channel?.completed();
  } catch (error) {
    await channel?.failed((error as Error).message, signal.aborted);
    throw error;
  } finally {
    channel?.close();
  }
}

async function train(
  config: TrainerConfig,
  folder: RunFolder,
  surroundings: Surroundings & Pick<Loop, 'channel'>,
): Promise<void> {
  const { print, signal, channel } = surroundings;
  await channel?.enter('Loading model');
  checkModel(config);
  print(`create LoRA network. base dim (rank): ${config.rank}, alpha: ${config.alpha}`);
  print(`create LoRA for Text Encoder: 0 modules.\ncreate LoRA for U-Net: ${MODULES.length} modules.`);
  const point = await findResumePoint(folder, print);
  if (channel) channel.savedStep = point.step;
  await channel?.enter('Loading dataset');
  const pictures: TrainingPicture[] = [];
  for (const dataset of config.datasets) pictures.push(...(await loadDataset(dataset, config.trigger, print)));
  if (pictures.length === 0) throw new Error('no datasets found');
  signal.throwIfAborted();
  const training = createTraining(config, pictures, point);
  const validation = await Validation.load(config, training, print);
  print('Skipping first sample due to config setting');
  await channel?.obey();
  await channel?.noteStep(point.step);
  await channel?.enter('Training');
  const images = pictures.length;
  const log = config.logsLosses ? await LossLog.open(join(folder.path, 'loss_log.db')) : null;
  try {
    await runSteps({ ...surroundings, config, folder, training, validation, log, startStep: point.step, images });
    log?.finish();
  } catch (error) {
    log?.close();
    throw error;
  }
}

function checkModel({ baseModel }: TrainerConfig): void {
  if (builtInModels.includes(baseModel) || (baseModel !== '' && existsSync(baseModel))) return;
  throw new Error(
    `The provided pretrained_model_name_or_path "${baseModel}" is neither a valid local path nor a valid repo id.`,
  );
}

function createTraining(config: TrainerConfig, pictures: TrainingPicture[], point: ResumePoint): LoraTraining {
  const { rank, alpha, learningRate, seed, steps, datasets } = config;
  const resolution = Math.max(...datasets.flatMap(({ resolutions }) => resolutions));
  const options = { rank, alpha, learningRate, seed, steps, resolution };
  const { weights, optimizer } = point;
  if (!weights && !optimizer) return new LoraTraining(pictures, options);
  if (weights && optimizer) {
    return new LoraTraining(pictures, options, { weights, optimizer: optimizer.tensors, updates: optimizer.updates });
  }
  // One of the two is lost: its place is taken by a fresh one.
  const fresh = new LoraTraining(pictures, options);
  return new LoraTraining(pictures, options, {
    weights: weights ?? fresh.weights(),
    optimizer: optimizer?.tensors ?? fresh.optimizer(),
    updates: optimizer?.updates ?? 0,
  });
}
