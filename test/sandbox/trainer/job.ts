import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runTrainer } from '../../../src/sandbox/trainer/index.js';

export interface JobOptions {
  /** Holds the config and the run folder. */
  folder: string;
  datasetFolder: string;
  name?: string;
  steps?: number;
  saveEvery?: number;
  keep?: number;
  learningRate?: number;
  /** Merged over `config.process[0]`. */
  process?: Record<string, unknown>;
}

/** The config of section 2 of the observed facts, as JSON. */
export function jobConfig(options: JobOptions) {
  const {
    folder,
    datasetFolder,
    name = 'base',
    steps = 40,
    saveEvery = 10,
    keep = 999,
    learningRate = 0.001,
  } = options;
  const process = {
    type: 'sd_trainer',
    training_folder: folder,
    training_seed: 42,
    trigger_word: 'ohwx',
    network: { type: 'lora', linear: 4, linear_alpha: 4 },
    save: { dtype: 'float32', save_every: saveEvery, max_step_saves_to_keep: keep },
    datasets: [{ folder_path: datasetFolder, caption_ext: 'txt', resolution: [64], num_workers: 0 }],
    train: { batch_size: 1, steps, lr: learningRate },
    model: { name_or_path: 'sandbox', arch: 'sandbox' },
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

export async function runJob(configPath: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const code = await runTrainer(configPath, { stdout, stderr, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  const [words, bars] = await texts;
  return { code, words, bars };
}

/** sha256 of every file that training leaves, by name. */
export async function hashesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => /\.(safetensors|pt)$/.test(name)).sort();
  const hashes = names.map(async (name) => [name, await sha256(join(folder, name))] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

export const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** The metadata of a checkpoint and the hash of its data, read here by the format's own rule. */
export async function readCheckpoint(path: string) {
  const bytes = await readFile(path);
  const dataAt = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, dataAt)) as { __metadata__: Record<string, string> };
  const data = createHash('sha256').update(bytes.subarray(dataAt)).digest('hex');
  const { step } = JSON.parse(header.__metadata__.training_info) as { step: number };
  return { name: basename(path), metadata: header.__metadata__, data, step };
}
