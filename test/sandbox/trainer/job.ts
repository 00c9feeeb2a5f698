// Jobs of the sandbox trainer, whichever trainer the contract suite runs on.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as contract from '../../aitoolkit/contract/job.js';
import { sandboxTrainer } from '../../aitoolkit/contract/trainer.js';

export { readCheckpoint } from '../../aitoolkit/contract/job.js';

export interface JobOptions extends Pick<
  contract.JobOptions,
  'folder' | 'datasetFolder' | 'name' | 'steps' | 'saveEvery' | 'process'
> {
  keep?: number;
  learningRate?: number;
}

const filledIn = ({ keep = 999, learningRate = 0.001, ...options }: JobOptions): contract.JobOptions => ({
  steps: 40,
  saveEvery: 10,
  ...options,
  trainer: sandboxTrainer,
  save: { max_step_saves_to_keep: keep },
  train: { lr: learningRate },
});

export const jobConfig = (options: JobOptions) => contract.jobConfig(filledIn(options));
export const writeJob = (options: JobOptions): Promise<string> => contract.writeJob(filledIn(options));
export const runJob = (configPath: string): Promise<contract.Ended> => contract.runJob(configPath, sandboxTrainer);

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
