// Which trainer the contract suite runs on: the sandbox's, or a real ai-toolkit where AITOOLKIT_DIR names its folder.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeWords } from '../../support/program.js';

export interface TrainerUnderTest {
  isReal: boolean;
  /** What a config's path is appended to. */
  command: string[];
  cwd?: string;
  env: Record<string, string>;
  /** `config.process[0].model`. */
  model: { name_or_path: string; arch: string };
  /** Keys of `config.process[0].train` that a tiny model on a CPU needs. */
  train: Record<string, unknown>;
  learningRate: number;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { AITOOLKIT_DIR, AITOOLKIT_PYTHON = 'python3', AITOOLKIT_MODEL, AITOOLKIT_ARCH } = process.env;

export const isReal = Boolean(AITOOLKIT_DIR);
/** A real trainer takes 10 to 20 s a job on a CPU, most of it to start. */
export const jobLimitMs = isReal ? 600_000 : 60_000;

let trainer: TrainerUnderTest | undefined;

export function trainerUnderTest(): TrainerUnderTest {
  trainer ??= isReal ? realTrainer() : sandboxTrainer;
  return trainer;
}

export const sandboxTrainer: TrainerUnderTest = {
  isReal: false,
  command: [process.execPath, ...nodeWords(here('../../sandbox/trainer/run.ts'))],
  env: {},
  model: { name_or_path: 'sandbox', arch: 'sandbox' },
  train: {},
  learningRate: 0.005,
};

function realTrainer(): TrainerUnderTest {
  const model = AITOOLKIT_MODEL ?? madeModel();
  const arch = AITOOLKIT_ARCH ?? archOf(model);
  const noise_scheduler = /^(sd1|sd15|sd2|sdxl)$/.test(arch) ? 'ddpm' : 'flowmatch';
  return {
    isReal: true,
    command: [AITOOLKIT_PYTHON, 'run.py'],
    cwd: AITOOLKIT_DIR,
    env: { HF_HUB_OFFLINE: '1', PYTHONUNBUFFERED: '1', OMP_NUM_THREADS: '1' },
    model: { name_or_path: model, arch },
    train: { noise_scheduler, optimizer: 'adamw', dtype: 'float32', gradient_checkpointing: false },
    learningRate: 0.01,
  };
}

/** Without AITOOLKIT_MODEL: a random miniature of Stable Diffusion 1.5, made by the trainer's own Python. */
function madeModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'azit-tiny-model-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  execFileSync(AITOOLKIT_PYTHON, [here('./tiny-model.py'), folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  return folder;
}

const archs: Record<string, string> = {
  StableDiffusionPipeline: 'sd1',
  StableDiffusionXLPipeline: 'sdxl',
  StableDiffusion3Pipeline: 'sd3',
  FluxPipeline: 'flux',
};

/** As the diffusers folder says; AITOOLKIT_ARCH where it does not. */
function archOf(model: string): string {
  const index = join(model, 'model_index.json');
  const name = existsSync(index)
    ? (JSON.parse(readFileSync(index, 'utf8')) as { _class_name: string })._class_name
    : '';
  if (!archs[name]) throw new Error(`Set AITOOLKIT_ARCH: ${index} does not tell what ${model} is.`);
  return archs[name];
}
