import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LoraTraining } from '../model/training.js';
import { ProgressBar, scientific } from './bar.js';
import type { TrainerConfig } from './config.js';
import { saveCheckpoint } from './save.js';
import type { LossLog } from './loss-log.js';
import type { RunFolder } from './run-folder.js';
import type { SideChannel } from './side-channel.js';
import type { Validation } from './validation.js';

export interface Loop {
  config: TrainerConfig;
  folder: RunFolder;
  training: LoraTraining;
  startStep: number;
  images: number;
  channel: SideChannel | null;
  validation: Validation | null;
  log: LossLog | null;
  print(line: string): void;
  paint(text: string): void;
  signal: AbortSignal;
  /** What Python does after it has printed the traceback: tqdm paints its bar once more, as the last line. */
  atExit: (() => void)[];
}

/**
 * Steps `startStep` to `steps` - 1, each one update, and a save after the update of every multiple of save_every: file N
 * holds N + 1 updates, and the last step has no number. Throws the signal's reason between two steps.
 */
export async function runSteps(loop: Loop): Promise<void> {
  const { config, training, startStep, print, paint, signal, atExit } = loop;
  // ai-toolkit repeats the saved step's update at resume. An optimizer that says it was made is believed here: that is
  // what makes a disturbed run end bit for bit like an undisturbed one.
  const updateIsMade = training.updates === startStep + 1;
  const bar = new ProgressBar({ label: config.name, total: config.steps, initial: startStep, write: paint });
  atExit.push(() => bar.close());
  for (let step = startStep; step < config.steps; step++) {
    await nextTurn();
    signal.throwIfAborted();
    let loss: number | null = null;
    if (step > startStep || !updateIsMade) {
      loss = shownLoss(training.update(), print);
      bar.setPostfix(postfix(config, loss));
    }
    const validationLoss = loop.validation?.measure(step, startStep, training) ?? null;
    if (step > startStep && step % config.saveEvery === 0) {
      await save(loop, step);
    }
    if (step > startStep) logLosses(loop, step, { 'loss/loss': loss, 'val/loss': validationLoss });
    bar.advance();
    await endStep(loop, step + 1);
  }
  bar.close();
  await save(loop, null);
}

function logLosses({ config, log }: Loop, step: number, losses: Record<string, number | null>): void {
  if (!log) return;
  const known = Object.entries(losses).filter((entry): entry is [string, number] => entry[1] !== null);
  if (config.logEvery > 0 && step % config.logEvery === 0)
    log.note(step, { learning_rate: config.learningRate, ...Object.fromEntries(known) });
  log.commit();
}

/** What the side channel asks for. A save asked for has the number of the steps done, one more than a scheduled one. */
async function endStep(loop: Loop, done: number): Promise<void> {
  const { channel } = loop;
  if (!channel) return;
  await channel.noteStep(done);
  await channel.obey();
  if (await channel.takeSaveRequest()) await save(loop, done);
}

async function save(loop: Loop, step: number | null): Promise<void> {
  const { config, channel, print, images } = loop;
  if (step !== null) print(`\nSaving at step ${step}`);
  await channel?.enter('Saving model');
  await saveCheckpoint({ ...loop, step, epoch: epochAt(step ?? config.steps, images) });
  if (channel && step !== null) channel.savedStep = step;
  await channel?.enter('Training');
}

/** Once through all pictures, at batch size 1. */
const epochAt = (step: number, images: number): number => Math.floor(step / images);

const postfix = ({ learningRate }: TrainerConfig, loss: number): string =>
  `lr: ${scientific(learningRate, 1)} loss: ${scientific(loss, 3)}`;

/** ai-toolkit trains on with a loss of zero. */
function shownLoss(loss: number, print: (line: string) => void): number {
  if (Number.isFinite(loss)) return loss;
  print('loss is nan');
  return 0;
}
