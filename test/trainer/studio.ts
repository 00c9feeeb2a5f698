import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAiToolkit, type AiToolkitOptions } from '../../src/aitoolkit/index.js';
import type {
  ResumePoint,
  SoundCheckpoint,
  TrainingOutcome,
  TrainingPlan,
  TrainingProgress,
  TrainingRequest,
} from '../../src/trainer/index.js';
import { sha256 } from '../sandbox/trainer/job.js';
import { nodeWords } from '../support/program.js';
import { drawPictures, type DrawnPicture } from '../sandbox/trainer/pictures.js';
import type { Deed, DeedDetails } from './rogue.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const sandboxCommand = [process.execPath, ...nodeWords(here('../sandbox/trainer/run.ts'))];
export const rogueCommand = (when: string, deed: Deed, more: DeedDetails = {}) => [
  process.execPath,
  ...nodeWords(here('./rogue.ts')),
  JSON.stringify({ when, do: deed, ...more }),
];

/** The sandbox trainer, but for `keeps`; see DeedDetails. */
export const patientCommand = (keeps: string) => rogueCommand('', 'nothing', { keeps });

export interface Published {
  step: number;
  sha256: string;
  dataSha256: string;
  checkpointPath: string;
  optimizerPath: string | null;
  /** Of the state. */
  mark: unknown;
}

export const shortPlan: TrainingPlan = {
  name: 'Mina K.',
  trigger: 'mnaz',
  steps: 45,
  saveEvery: 15,
  rank: 2,
  seed: 42,
  override: {},
  preset: {
    baseModel: 'sandbox',
    resolution: [64],
    learningRate: 0.005,
    trainers: { 'ai-toolkit': { arch: 'sandbox', process: {} } },
  },
  expectedImages: 2,
  meta: { azit_run: 'run-1' },
};

export interface AttemptOptions extends Partial<AiToolkitOptions> {
  plan?: Partial<TrainingPlan>;
  dataset?: DrawnPicture[];
  signal?: AbortSignal;
  saveAndStop?: AbortSignal;
  resume?: boolean;
  validation?: TrainingRequest['validation'];
  onProgress?(progress: TrainingProgress): void;
  onCheckpoint?(checkpoint: SoundCheckpoint): Promise<void>;
}

/** One run's folder and what has been published of it: attempts resume from its newest whole pair. */
export class Studio {
  readonly published = new Map<number, Published>();
  readonly progress: TrainingProgress[] = [];
  #attempts = 0;

  private constructor(
    private readonly home: string,
    readonly dataset: DrawnPicture[],
  ) {}

  /** Of the run: its attempts and its lock. */
  get folder(): string {
    return join(this.home, 'run');
  }

  /** Where what was published is kept: not on the run's disk. */
  get store(): string {
    return join(this.home, 'store');
  }

  /** The state of a step once it is published; for DeedDetails.keeps. */
  get keeps(): string {
    return join(this.store, 'published-STEP.optimizer.pt');
  }

  static async open(): Promise<Studio> {
    const home = await mkdtemp(join(tmpdir(), 'azit-studio-'));
    return new Studio(home, await drawPictures(join(home, 'pictures')));
  }

  /** Another run with the same pictures. */
  async sibling(name: string): Promise<Studio> {
    const home = join(this.home, name);
    await mkdir(join(home, 'run'), { recursive: true });
    return new Studio(home, this.dataset);
  }

  close(): Promise<void> {
    return rm(this.home, { recursive: true, force: true, maxRetries: 3 });
  }

  async attempt(options: AttemptOptions = {}): Promise<TrainingOutcome> {
    const workDir = join(this.folder, `attempt-${++this.#attempts}`);
    await mkdir(workDir, { recursive: true });
    const point = options.resume === false ? undefined : this.newestPoint();
    const { command = sandboxCommand, cwd, limits, env } = options;
    return await createAiToolkit({ command, cwd, limits, env }).run(
      {
        plan: { ...shortPlan, ...options.plan },
        workDir,
        generation: this.#attempts,
        dataset: options.dataset ?? this.dataset,
        validation: options.validation,
        resumeFrom: point,
      },
      {
        signal: options.signal ?? new AbortController().signal,
        saveAndStop: options.saveAndStop,
        onProgress: (progress) => {
          this.progress.push(progress);
          options.onProgress?.(progress);
        },
        onCheckpoint: async (checkpoint) => {
          await options.onCheckpoint?.(checkpoint);
          await this.#publish(checkpoint);
        },
      },
    );
  }

  newestPoint(): ResumePoint | undefined {
    const points = [...this.published.values()].filter(({ optimizerPath }) => optimizerPath !== null);
    const newest = points.sort((a, b) => a.step - b.step).at(-1);
    if (!newest) return undefined;
    const { step, checkpointPath, optimizerPath, mark } = newest;
    return { step, checkpointPath, state: { files: [{ name: 'optimizer.pt', path: optimizerPath as string }], mark } };
  }

  hashes(): Record<string, string> {
    return Object.fromEntries(
      [...this.published].sort(([a], [b]) => a - b).map(([step, { sha256 }]) => [step, sha256]),
    );
  }

  /** The trainer that the lock names. */
  lockedPid(): number {
    return (JSON.parse(readFileSync(join(this.folder, 'trainer.lock'), 'utf8')) as { pid: number }).pid;
  }

  async #publish({ step, checkpointPath, state, dataSha256 }: SoundCheckpoint): Promise<void> {
    const first = this.published.get(step);
    if (first) return assert.equal(first.sha256, await sha256(checkpointPath), `two different files for step ${step}`);
    await mkdir(this.store, { recursive: true });
    const kept = join(this.store, `published-${step}.safetensors`);
    await copyFile(checkpointPath, kept);
    const optimizerPath = state && state.files[0].path;
    const keptOptimizer = optimizerPath && join(this.store, `published-${step}.optimizer.pt`);
    if (optimizerPath && keptOptimizer) await copyFile(optimizerPath, keptOptimizer);
    this.published.set(step, {
      step,
      sha256: await sha256(kept),
      dataSha256,
      checkpointPath: kept,
      optimizerPath: keptOptimizer,
      mark: state?.mark,
    });
  }
}

/** Whether a process is there and not merely waiting to be collected. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
