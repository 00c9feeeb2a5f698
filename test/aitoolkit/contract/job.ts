// A job of the trainer under test, without our adapter: its config, its process, what it prints and leaves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { runTrainer } from '../../../src/sandbox/trainer/index.js';
import { trainerUnderTest, type TrainerUnderTest } from './trainer.js';

export interface JobOptions {
  /** Holds the config and the run folder `base`. */
  folder: string;
  datasetFolder: string;
  /** In place of the one under test. */
  trainer?: TrainerUnderTest;
  name?: string;
  steps?: number;
  saveEvery?: number;
  /** Merged over `config.process[0]`. */
  process?: Record<string, unknown>;
  /** Merged over its sections. */
  save?: Record<string, unknown>;
  train?: Record<string, unknown>;
  model?: Record<string, unknown>;
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** stdout. */
  words: string;
  /** stderr. */
  bars: string;
}

/** The config of section 2 of the observed facts, for the trainer under test. */
export function jobConfig(options: JobOptions) {
  const { model, train, learningRate } = options.trainer ?? trainerUnderTest();
  const { folder, datasetFolder, name = 'base', steps = 20, saveEvery = 5 } = options;
  const process = {
    type: 'sd_trainer',
    training_folder: folder,
    training_seed: 42,
    trigger_word: 'ohwx',
    network: { type: 'lora', linear: 4, linear_alpha: 4 },
    save: { dtype: 'float32', save_every: saveEvery, max_step_saves_to_keep: 999, ...options.save },
    datasets: [{ folder_path: datasetFolder, caption_ext: 'txt', resolution: [64], num_workers: 0 }],
    train: { ...train, batch_size: 1, steps, lr: learningRate, disable_sampling: true, ...options.train },
    model: { ...model, ...options.model },
    ...options.process,
  };
  return { job: 'extension', config: { name, process: [process] }, meta: { name: '[name]', run_id: 'run-abc' } };
}

export async function writeJob(options: JobOptions): Promise<string> {
  await mkdir(options.folder, { recursive: true });
  const path = join(options.folder, 'job.json');
  await writeFile(path, JSON.stringify(jobConfig(options)));
  return path;
}

/** To the end. The sandbox trainer runs within this process, which is quicker; killed ones are started by `startJob`. */
export async function runJob(configPath: string, { isReal } = trainerUnderTest()): Promise<Ended> {
  if (isReal) return await startJob(configPath).ended;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const code = await runTrainer(configPath, { stdout, stderr, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  const [words, bars] = await texts;
  return { code, signal: null, words, bars };
}

export interface StartedJob {
  /** Resolves once it has printed that, on either stream; rejects where it ends before. */
  until(sign: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

export function startJob(configPath: string, env: Record<string, string> = {}): StartedJob {
  const { command, cwd, env: always } = trainerUnderTest();
  const [file, ...args] = [...command, configPath];
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...always, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { words: '', bars: '' };
  const listeners = new Set<() => void>();
  const note = (stream: keyof typeof said) => (chunk: string) => {
    said[stream] += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', note('words'));
  child.stderr.setEncoding('utf8').on('data', note('bars'));
  const ended = (async (): Promise<Ended> => {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { code, signal, ...said };
  })();
  return {
    ended,
    until: async (sign) => {
      await new Promise<void>((resolve, reject) => {
        const look = () => (sign.test(said.words) || sign.test(said.bars)) && resolve();
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`It ended before it said ${sign}: ${said.words}${said.bars}`)), reject);
      });
    },
    kill: (signal) => process.kill(-(child.pid as number), signal),
  };
}

/** The metadata of a checkpoint and the hash of its data, read here by the format's own rule. */
export async function readCheckpoint(path: string) {
  const bytes = await readFile(path);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, dataAt)) as { __metadata__: Record<string, string> };
  const data = createHash('sha256').update(bytes.subarray(dataAt)).digest('hex');
  const { step } = JSON.parse(header.__metadata__.training_info) as { step: number };
  return { metadata: header.__metadata__, data, step };
}

/** 20 -> base_000000020.safetensors */
export const saved = (step: number, name = 'base'): string => `${name}_${String(step).padStart(9, '0')}.safetensors`;
