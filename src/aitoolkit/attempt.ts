import { join, resolve } from 'node:path';
import { CheckpointWatch } from './checkpoints.js';
import { countsUpdates, isPlainLora } from './config.js';
import { judgeEnding } from './ending.js';
import { failed, fault, typeOfMessage, type Fault } from './errors.js';
import { makeFolders, runNameOf, type AttemptFolders } from './folders.js';
import { launchTrainer, type TrainerExit, type TrainerProcess } from './launch.js';
import { Observer } from './observer.js';
import type { ResumedAt } from './optimizer.js';
import { endOrphans, removeLock, writeLock } from './orphans.js';
import { diskFaultOf } from './disk.js';
import { overrideProblems } from '../project/trainer-override.js';
import { prepare, stepsToDeliver } from './prepare.js';
import { openSideChannel, type SideChannel } from './side-channel.js';
import type { StallLimits } from './stall.js';
import { ValidationLog, validationLogName } from './validation.js';
import type { TrainingHooks, TrainingOutcome, TrainingRequest } from './types.js';

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
  const [problem] = overrideProblems(request.plan.override);
  if (problem) return failed(fault('bad-input', problem.message));
  const workDir = resolve(request.workDir);
  const hindrance = await endOrphans(workDir, request.generation);
  if (hindrance) return failed(hindrance);
  const folders = await makeFolders(workDir).catch(diskFault);
  if ('cause' in folders) return failed(folders);
  const channel = await openSideChannel();
  try {
    const full = await diskFaultOf({ ...request, workDir });
    if (full) return failed(full);
    const prepared = await prepare(request, folders, channel).catch(diskFault);
    if ('cause' in prepared) return failed(prepared);
    hooks.signal.throwIfAborted();
    hooks.saveAndStop?.throwIfAborted();
    const { resumed } = prepared;
    return await new Attempt({ settings, request, hooks, workDir, folders, channel, steps, resumed }).run();
  } finally {
    await channel?.close();
    await folders.release();
  }
}

const diskFault = (error: Error): Fault =>
  fault(typeOfMessage(error.message), `The training can't be prepared: ${error.message}.`);

interface AttemptParts {
  settings: AttemptSettings;
  request: TrainingRequest;
  hooks: TrainingHooks;
  workDir: string;
  folders: AttemptFolders;
  channel: SideChannel | null;
  steps: number[];
  resumed: ResumedAt | null;
}

type StopReason = { fault: Fault } | { thrown: unknown };

/** The child and the two that follow it: the observer of its words, the watch over its files. */
class Attempt {
  readonly #runName: string;
  readonly #runFolder: string;
  readonly #observer: Observer;
  readonly #watch: CheckpointWatch;
  readonly #validation: ValidationLog | null;
  #child: TrainerProcess | null = null;
  /** The first reason to end it counts; what follows from the ending does not. */
  #stopped: StopReason | null = null;
  /** Somebody wants it to save and to end. */
  #leaving: { reason: unknown; fromStep: number } | null = null;

  constructor(private readonly parts: AttemptParts) {
    this.#runName = runNameOf(parts.request.plan.name);
    this.#runFolder = join(parts.folders.trainingFolder, this.#runName);
    this.#watch = this.#createWatch();
    this.#validation = parts.request.validation ? new ValidationLog(join(this.#runFolder, validationLogName)) : null;
    this.#observer = this.#createObserver();
  }

  async run(): Promise<TrainingOutcome> {
    const { signal, saveAndStop } = this.parts.hooks;
    const startedAt = performance.now();
    const onAbort = () => this.#stop({ thrown: signal.reason });
    const onWish = () => void this.#saveThenStop(saveAndStop?.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    saveAndStop?.addEventListener('abort', onWish, { once: true });
    try {
      const found = await this.#judge(await this.#follow());
      if (found && this.#leaving) throw this.#leaving.reason;
      if (found) return failed(found, this.#observer.tail.lines());
      return { kind: 'completed', seconds: (performance.now() - startedAt) / 1000 };
    } finally {
      signal.removeEventListener('abort', onAbort);
      saveAndStop?.removeEventListener('abort', onWish);
    }
  }

  async #saveThenStop(reason: unknown): Promise<void> {
    const { channel } = this.parts;
    this.#leaving = { reason, fromStep: Math.max(1, this.#observer.stepsSeen) };
    if (!channel || this.#observer.stepsSeen < 0) return this.#stop({ thrown: reason });
    try {
      await channel.saveNow();
    } catch {
      this.#stop({ thrown: reason });
    }
  }

  /** Any save from the wish on will do: a scheduled one may come first. */
  #onTaken(step: number): void {
    if (this.#leaving && step >= this.#leaving.fromStep) this.#stop({ thrown: this.#leaving.reason });
  }

  /** Until the child is dead and what it has left is delivered. */
  async #follow(): Promise<TrainerExit> {
    const { workDir, request } = this.parts;
    const child = this.#launch();
    try {
      if (child.pid > 0) writeLock(workDir, child.pid, request.generation);
    } catch (error) {
      this.#stop({ fault: diskFault(error as Error) });
    }
    const looks = setInterval(() => {
      this.#observer.look();
      this.#watch.nudge();
      void this.#readValidation();
    }, lookEveryMs);
    const exit = await child.exited;
    clearInterval(looks);
    this.#observer.look();
    await this.#readValidation();
    this.#validation?.close();
    removeLock(workDir, child.pid);
    await this.#watch.finish();
    return exit;
  }

  async #readValidation(): Promise<void> {
    for (const found of (await this.#validation?.read()) ?? []) this.#observer.noteValidation(found);
  }

  #launch(): TrainerProcess {
    const { settings, folders, channel } = this.parts;
    this.#child = launchTrainer({
      command: [...settings.command, folders.configPath],
      cwd: settings.cwd,
      env: { ...settings.env, ...channel?.env },
      onLine: (line) => this.#observer.readLine(line),
      onSegment: (segment) => this.#observer.readSegment(segment),
    });
    return this.#child;
  }

  #stop(reason: StopReason): void {
    this.#stopped ??= reason;
    this.#child?.terminate();
  }

  /** What is wrong, or null. Throws what the caller's own hooks or signal threw. */
  async #judge(exit: TrainerExit): Promise<Fault | null> {
    if (this.#stopped && 'thrown' in this.#stopped) throw this.#stopped.thrown;
    if (this.#stopped) return this.#stopped.fault;
    const { plan } = this.parts.request;
    const { delivered, reasons } = this.#watch;
    return await judgeEnding({
      plan,
      runFolder: this.#runFolder,
      runName: this.#runName,
      exit,
      jobError: this.#observer.jobError,
      lastLines: this.#observer.tail.lines(),
      steps: this.parts.steps,
      delivered,
      reasons,
    });
  }

  #createWatch(): CheckpointWatch {
    const { request, hooks, folders, steps, resumed } = this.parts;
    const { plan } = request;
    return new CheckpointWatch({
      runFolder: this.#runFolder,
      runName: this.#runName,
      takenFolder: folders.takenFolder,
      steps,
      resumed,
      countsUpdates: countsUpdates(plan),
      isPlainLora: isPlainLora(plan),
      expected: { runName: this.#runName, meta: plan.meta, arch: plan.preset.arch, shapes: resumed?.shapes ?? null },
      deliver: hooks.onCheckpoint,
      onTaken: (step) => this.#onTaken(step),
      onSpoilt: (found) => this.#stop({ fault: found }),
      onDeliveryError: (thrown) => this.#stop({ thrown }),
    });
  }

  #createObserver(): Observer {
    const { request, hooks, settings, resumed } = this.parts;
    return new Observer({
      plan: request.plan,
      runName: this.#runName,
      resumeStep: resumed?.step ?? null,
      limits: settings.limits,
      lookEveryMs,
      readSide: () => this.parts.channel?.read() ?? null,
      // Called out of a stream's event, where an error would end the worker.
      onProgress: (progress) => {
        try {
          hooks.onProgress(progress);
        } catch (thrown) {
          this.#stop({ thrown });
        }
      },
      onModules: (part, count) => this.#watch.noteModules(part, count),
      onSkipped: () => this.#watch.noteSkipped(),
      onSaving: (step, isTrusted) => this.#watch.noteSaving(step, isTrusted),
      onWeights: (path) => this.#watch.noteWeights(path),
      onState: () => this.#watch.noteState(),
      onFault: (found) => this.#stop({ fault: found }),
    });
  }
}
