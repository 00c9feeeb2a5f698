import { readBar } from './bar.js';
import { fault, type Fault } from './errors.js';
import { LogTail } from './log-tail.js';
import { ProgressFilter } from './progress.js';
import { StallWatch, type StallLimits } from './stall.js';
import type { TrainingPlan, TrainingProgress } from './types.js';
import { readWord, type Word } from './words.js';

export interface ObserverOptions {
  plan: TrainingPlan;
  runName: string;
  /** The step it must go on from; null: it must begin at zero. */
  resumeStep: number | null;
  limits: StallLimits;
  lookEveryMs: number;
  onProgress(progress: TrainingProgress): void;
  /** The trainer says that files have been written. */
  onSaved(): void;
  /** Going on is no use: the trainer is to be ended. */
  onFault(fault: Fault): void;
}

/** Looks may be late on a loaded machine by this factor before we take ourselves for stopped. */
const lateFactor = 20;

/** Reads what the trainer prints and judges it while it runs. */
export class Observer {
  readonly tail = new LogTail();
  /** What the trainer itself gave as its reason to fail. */
  jobError: Fault | null = null;
  #startStep: number | null = null;
  #firstBarStep: number | null = null;
  #stepsSeen = -1;
  readonly #stall: StallWatch;
  readonly #progress: ProgressFilter;

  constructor(private readonly options: ObserverOptions) {
    const { plan, resumeStep, limits, lookEveryMs, onProgress } = options;
    this.#stall = new StallWatch(limits, lateFactor * lookEveryMs, performance.now());
    this.#progress = new ProgressFilter(plan.steps, resumeStep ?? 0, onProgress);
  }

  readLine(line: string): void {
    this.tail.add(line);
    this.#stall.noteOutput(performance.now());
    const word = readWord(line);
    if (word) this.#act(word);
  }

  readSegment(segment: string): void {
    this.tail.add(segment);
    const reading = readBar(this.options.runName, segment);
    if (!reading) return this.#stall.noteOutput(performance.now());
    this.#firstBarStep ??= reading.done;
    const advance = reading.done - this.#stepsSeen;
    if (this.#stepsSeen < 0) this.#stall.noteOutput(performance.now(), 'first-step');
    else if (advance > 0) this.#stall.noteSteps(performance.now(), advance);
    this.#stepsSeen = Math.max(this.#stepsSeen, reading.done);
    this.#progress.read(reading);
  }

  /** Regularly, while the trainer runs. */
  look(): void {
    const stalled = this.#stall.look(performance.now());
    if (stalled) this.options.onFault(fault('training-failed', `The trainer has stalled: ${stalled}.`));
    // Its two streams have no common order, so this is judged here and not when the bar appears.
    if (this.#firstBarStep !== null) this.#checkStart(this.#firstBarStep);
  }

  #act(word: Word): void {
    const { plan, onFault, onSaved, resumeStep } = this.options;
    switch (word.kind) {
      case 'loading':
        this.#stall.noteOutput(performance.now(), 'loading');
        return this.#progress.enter('loading');
      case 'dataset':
        this.#stall.noteOutput(performance.now(), 'preparing');
        return this.#progress.enter('preparing dataset');
      case 'images':
        if (word.count !== plan.expectedImages) {
          onFault(fault('training-hopeless', `The trainer found ${word.count} of ${plan.expectedImages} pictures.`));
        }
        return;
      case 'start-step':
        this.#startStep = word.step;
        if (word.step !== resumeStep) onFault(wrongStart(word.step, resumeStep));
        return;
      case 'saving':
        return this.#progress.enter('saving');
      case 'saved-checkpoint':
        return;
      case 'saved-optimizer':
        return onSaved();
      case 'job-error':
        this.jobError = word.fault;
        return;
      case 'spoilt':
        return onFault(word.fault);
      case 'resuming':
        if (resumeStep === null) onFault(fault('training-failed', `The trainer resumed from ${word.path}, uncalled.`));
    }
  }

  #checkStart(barStep: number): void {
    const { resumeStep, onFault } = this.options;
    if (barStep < (resumeStep ?? 0)) onFault(wrongStart(barStep, resumeStep));
    else if (resumeStep !== null && this.#startStep === null) onFault(wrongStart(0, resumeStep));
  }
}

const wrongStart = (found: number, wanted: number | null): Fault =>
  fault('training-failed', `The trainer began at step ${found} where it should have begun at ${wanted ?? 0}.`);
