import type { ValidationLoss } from '../run/training-record.js';
import { fault, type Fault } from './errors.js';
import { LogTail } from './output.js';
import type { PreparedAttempt, TrainerEvent } from './program.js';
import { ProgressFilter } from './progress.js';
import { StallWatch, type StallLimits } from './stall.js';
import type { TrainingPlan, TrainingProgress } from './types.js';

export interface ObserverOptions {
  /** What reads the trainer's words. */
  reader: Pick<PreparedAttempt, 'readLine' | 'readBar' | 'readStep' | 'lastStep'>;
  plan: Pick<TrainingPlan, 'steps' | 'expectedImages'>;
  /** The step it must go on from; null: it must begin at zero. */
  resumeStep: number | null;
  limits: StallLimits;
  lookEveryMs: number;
  onProgress(progress: TrainingProgress): void;
  /** The trainer says how many modules its network has in this part of the model. */
  onModules(part: string, count: number): void;
  /** The trainer says that it has left out a step. */
  onSkipped(): void;
  /** The trainer says that it begins to save. Not `isTrusted`: what it has trained is not what was asked for. */
  onSaving(step: number, isTrusted: boolean): void;
  /** The trainer says that it has written these weights. */
  onWeights(path: string): void;
  /** The trainer says that it has written the resume state. */
  onState(): void;
  /** Going on is no use: the trainer is to be ended. */
  onFault(fault: Fault): void;
}

/** Looks may be late on a loaded machine by this factor before we take ourselves for stopped. */
const lateFactor = 20;

/**
 * Reads what the trainer prints and judges it while it runs. The bar says most and soonest; where it stands still or is
 * not understood, its second source of the step counts, but only as far as it rises while we watch.
 */
export class Observer {
  readonly tail = new LogTail();
  /** What the trainer itself gave as its reason to fail. */
  jobError: Fault | null = null;
  #startStep: number | null = null;
  #isSpoilt = false;
  #firstStep: number | null = null;
  #stepsSeen = -1;
  #savingStep = -1;
  #secondStep: number | null = null;
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
    const event = this.options.reader.readLine(line);
    if (event) this.#act(event);
  }

  readSegment(segment: string): void {
    this.tail.add(segment);
    const reading = this.options.reader.readBar(segment);
    if (!reading) return this.#stall.noteOutput(performance.now());
    this.#noteStep(reading.done);
    this.#progress.read(reading);
  }

  #noteStep(done: number): void {
    this.#firstStep ??= done;
    const advance = done - this.#stepsSeen;
    if (this.#stepsSeen < 0) this.#stall.noteOutput(performance.now(), 'first-step');
    // While it saves a step its bar stands there at the most; what it has painted before may be read after its words.
    else if (advance > 0 && done > this.#savingStep) this.#stall.noteSteps(performance.now(), advance);
    this.#stepsSeen = Math.max(this.#stepsSeen, done);
  }

  #readStep(): void {
    const { readStep, lastStep } = this.options.reader;
    const step = readStep?.() ?? null;
    if (step === null) return;
    const before = this.#secondStep;
    this.#secondStep = step;
    // One that stands still is not believed, and the bar, which knows the loss, gets until the next look to say it.
    if (before === null || step <= before || step > lastStep) return;
    if (before > this.#stepsSeen) {
      this.#noteStep(before);
      this.#progress.noteStep(before);
    }
  }

  /** What the trainer's log says of a step; one that it can't have made is not believed. */
  noteValidation(validation: ValidationLoss): void {
    if (validation.step <= this.options.reader.lastStep) this.#progress.noteValidation(validation);
  }

  /** The last step that the bar has shown; -1 before the first. */
  get stepsSeen(): number {
    return this.#stepsSeen;
  }

  /** Regularly, while the trainer runs. */
  look(): void {
    this.#readStep();
    const stalled = this.#stall.look(performance.now());
    if (stalled) this.options.onFault(fault('training-failed', `The trainer has stalled: ${stalled}.`));
    // Its two streams have no common order, so this is judged here and not when the bar appears.
    if (this.#firstStep !== null) this.#checkStart(this.#firstStep);
  }

  #act(event: TrainerEvent): void {
    const { plan, onModules, onSkipped, onSaving, onWeights, onState, resumeStep } = this.options;
    switch (event.kind) {
      case 'loading':
        this.#stall.noteOutput(performance.now(), 'loading');
        return this.#progress.enter('loading');
      case 'preparing-dataset':
        this.#stall.noteOutput(performance.now(), 'preparing');
        return this.#progress.enter('preparing dataset');
      case 'images':
        if (event.count !== plan.expectedImages) {
          this.#spoil(fault('training-hopeless', `The trainer found ${event.count} of ${plan.expectedImages} images.`));
        }
        return;
      case 'modules':
        return onModules(event.part, event.count);
      case 'start-step':
        this.#startStep = event.step;
        if (event.step !== resumeStep) this.#spoil(wrongStart(event.step, resumeStep));
        return;
      case 'skipped':
        return onSkipped();
      case 'saving':
        this.#savingStep = event.step;
        this.#stall.noteOutput(performance.now(), 'saving');
        onSaving(event.step, this.#isTrusted);
        return this.#progress.enter('saving');
      case 'saved-checkpoint':
        return onWeights(event.path);
      case 'saved-state':
        this.#stall.noteSaved(performance.now());
        return onState();
      case 'job-error':
        this.jobError = this.#hasBegun ? mayPass(event.fault) : event.fault;
        return;
      case 'spoilt':
        return this.#spoil(event.fault);
      case 'resuming':
        if (resumeStep === null)
          this.#spoil(
            fault(
              'training-failed',
              `The trainer resumed from ${event.path}, although it was told to start at step 0.`,
            ),
          );
    }
  }

  get #hasBegun(): boolean {
    return this.#stepsSeen > (this.options.resumeStep ?? 0);
  }

  #checkStart(firstStep: number): void {
    const { resumeStep } = this.options;
    if (firstStep < (resumeStep ?? 0)) this.#spoil(wrongStart(firstStep, resumeStep));
    else if (resumeStep !== null && this.#startStep === null) this.#spoil(wrongStart(0, resumeStep));
  }

  /** A quick trainer saves before it is ended: none of that counts, nor what it saves before it has said where it began. */
  get #isTrusted(): boolean {
    return !this.#isSpoilt && this.#startStep === this.options.resumeStep;
  }

  #spoil(found: Fault): void {
    this.#isSpoilt = true;
    this.options.onFault(found);
  }
}

/** What it has trained with was there: where something is missing now, in a folder of the attempt's own, the next has it. */
const mayPass = (found: Fault): Fault =>
  found.type === 'training-hopeless' ? fault('training-failed', found.cause) : found;

const wrongStart = (found: number, wanted: number | null): Fault =>
  fault('training-failed', `The trainer started at step ${found} instead of step ${wanted ?? 0}.`);
