import { resolve } from 'node:path';

import { judgeEnding } from './ending.js';
import { CheckpointWatch } from './checkpoint-watch.js';
import { failed, fault, type Fault } from './errors.js';
import { launchTrainer, type TrainerExit, type TrainerProcess } from './launch.js';
import { Observer } from './observer.js';
import { endOrphans, removeLock, writeLock } from './orphans.js';
import type { OpenedAttempt, PreparedAttempt, TrainerProgram } from './program.js';
import { stallLimits, type StallLimits } from './stall.js';
import { diskFault, stepsToDeliver } from './preparation.js';
import type { Trainer, TrainingHooks, TrainingOutcome, TrainingRequest } from './types.js';

/**
 * The states of an attempt.
 * Opening: trainers left by earlier attempts are ended and the folders are made.
 * Preparing: free disk space is checked; dataset, config and resume state are written.
 * Running: the child process lives. The observer reads its output; the watch takes each checkpoint it saves and hands it on.
 * Ending: the first reason counts (a fault, the caller's signal, an error in the caller's hooks, a requested stop whose
 * save has been taken). The child's process group gets SIGTERM, then SIGKILL.
 * Draining: the child is dead; complete checkpoints that it left are still taken and handed on.
 * Then the attempt is `completed`, `stopped` (on request) or `failed` with a cause. It rejects only with what the caller
 * threw or aborted with. Opening and preparing may end in `failed` or `stopped` directly. Only its folder outlives it.
 */
async function runAttempt(
  program: TrainerProgram,
  limits: StallLimits,
  request: TrainingRequest,
  hooks: TrainingHooks,
): Promise<TrainingOutcome> {
  hooks.signal.throwIfAborted();
  const steps = stepsToDeliver(request);
  if (steps.length === 0) return { kind: 'completed', seconds: 0 };
  const problem = program.overrideProblem(request.plan.override);
  if (problem !== null) return failed(fault('bad-input', problem));
  const own = { ...request, workDir: resolve(request.workDir) };
  const hindrance = await endOrphans(own.workDir, own.generation);
  if (hindrance) return failed(hindrance);
  const unprepared = (error: Error): Fault =>
    fault(program.typeOf(error.message), `Could not prepare the training: ${error.message}.`);
  const opened = await program.open(own).catch(unprepared);
  if ('cause' in opened) return failed(opened);
  try {
    const full = await diskFault(await opened.bytesToWrite(), own.workDir);
    if (full) return failed(full);
    const prepared = await opened.prepare().catch(unprepared);
    if ('cause' in prepared) return failed(prepared);
    hooks.signal.throwIfAborted();
    if (hooks.saveAndStop?.aborted) return { kind: 'stopped', seconds: 0 };
    return await new Attempt({ program, limits, request: own, hooks, opened, prepared, steps, unprepared }).run();
  } finally {
    await opened.release();
  }
}

/** @param limits shorter ones for tests */
export const createTrainer = (program: TrainerProgram, limits: Partial<StallLimits> = {}): Trainer => ({
  verify: program.verify,
  run: (request, hooks) => runAttempt(program, { ...stallLimits, ...limits }, request, hooks),
});

/** How often the run folder is listed and the stall judged; the trainer's words ask for a look sooner. */
const lookEveryMs = 500;

interface AttemptParts {
  program: TrainerProgram;
  limits: StallLimits;
  request: TrainingRequest;
  hooks: TrainingHooks;
  opened: OpenedAttempt;
  prepared: PreparedAttempt;
  steps: number[];
  unprepared(error: Error): Fault;
}

type StopReason = { fault: Fault } | { thrown: unknown } | 'wish';

/** The child and the two that follow it: the observer of its words, the watch over its files. */
class Attempt {
  readonly #observer: Observer;
  readonly #watch: CheckpointWatch;
  #child: TrainerProcess | null = null;
  /** The first reason to end it counts; what follows from the ending does not. */
  #stopped: StopReason | null = null;
  /** Somebody wishes it to save and to end: a save of this step, or of a later one, will do. */
  #wishedFrom: number | null = null;

  constructor(private readonly parts: AttemptParts) {
    this.#watch = this.#createWatch();
    this.#observer = this.#createObserver();
  }

  async run(): Promise<TrainingOutcome> {
    const { signal, saveAndStop } = this.parts.hooks;
    const startedAt = performance.now();
    const onAbort = () => this.#stop({ thrown: signal.reason });
    const onWish = () => void this.#saveThenStop();
    signal.addEventListener('abort', onAbort, { once: true });
    saveAndStop?.addEventListener('abort', onWish, { once: true });
    try {
      const exit = await this.#follow();
      const found = await this.#judge(exit);
      const seconds = (performance.now() - startedAt) / 1000;
      if (this.#stopped === 'wish' || (found && this.#wishedFrom !== null)) return { kind: 'stopped', seconds };
      return found ? failed(found, this.#observer.tail.lines()) : { kind: 'completed', seconds };
    } finally {
      signal.removeEventListener('abort', onAbort);
      saveAndStop?.removeEventListener('abort', onWish);
    }
  }

  async #saveThenStop(): Promise<void> {
    const { saveNow } = this.parts.prepared;
    const { steps } = this.parts.request.plan;
    this.#wishedFrom = Math.min(steps, Math.max(1, this.#observer.stepsSeen));
    // It is at its last save, and ends by itself: one more would be of a step that nobody asked for.
    if (this.#observer.stepsSeen >= steps) return;
    if (!saveNow || this.#observer.stepsSeen < 0) return this.#stop('wish');
    try {
      await saveNow();
    } catch {
      this.#stop('wish');
    }
  }

  /** Any save from the wish on will do: a scheduled one may come first. */
  #onTaken(step: number): void {
    if (this.#wishedFrom !== null && step >= this.#wishedFrom) this.#stop('wish');
  }

  /** Until the child is dead and what it has left is delivered. */
  async #follow(): Promise<TrainerExit> {
    const { request, unprepared } = this.parts;
    const child = this.#launch();
    try {
      if (child.pid > 0) writeLock(request.workDir, child.pid, request.generation);
    } catch (error) {
      this.#stop({ fault: unprepared(error as Error) });
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
    removeLock(request.workDir, child.pid);
    await this.#watch.finish();
    return exit;
  }

  async #readValidation(): Promise<void> {
    for (const found of (await this.parts.prepared.readValidation?.()) ?? []) this.#observer.noteValidation(found);
  }

  #launch(): TrainerProcess {
    const { command, cwd, env } = this.parts.prepared;
    this.#child = launchTrainer({
      command,
      cwd,
      env,
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
    const { program, prepared, steps } = this.parts;
    if (this.#stopped === 'wish') return null;
    if (this.#stopped && 'thrown' in this.#stopped) throw this.#stopped.thrown;
    if (this.#stopped) return this.#stopped.fault;
    const { delivered, reasons } = this.#watch;
    return await judgeEnding({
      exit,
      jobError: this.#observer.jobError,
      lastLines: this.#observer.tail.lines(),
      steps,
      delivered,
      reasons,
      typeOf: program.typeOf,
      finalFault: prepared.finalFault,
    });
  }

  #createWatch(): CheckpointWatch {
    const { request, hooks, opened, prepared, steps } = this.parts;
    return new CheckpointWatch({
      files: prepared.checkpoints,
      takenFolder: opened.takenFolder,
      steps,
      lastStep: request.plan.steps,
      meta: request.plan.meta,
      shapes: prepared.resumed?.shapes ?? null,
      deliver: hooks.onCheckpoint,
      onTaken: (step) => this.#onTaken(step),
      onSpoilt: (found) => this.#stop({ fault: found }),
      onDeliveryError: (thrown) => this.#stop({ thrown }),
    });
  }

  #createObserver(): Observer {
    const { request, hooks, limits, prepared } = this.parts;
    return new Observer({
      reader: prepared,
      plan: request.plan,
      resumeStep: prepared.resumed?.step ?? null,
      limits,
      lookEveryMs,
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
