import type { ValidationLoss } from '../run/training-record.js';
import type { BarReading } from './program.js';
import type { TrainingPhase, TrainingProgress } from './types.js';

/** Steps for which the last loss stands: the bar may be read a little later than the side channel. */
const lossHolds = 10;
/** Steps after which the slow first ones (warming up, compiling) are no longer felt in tqdm's smoothed pace (0.3). */
const warmUpSteps = 15;

/** Turns words and bar readings into progress, once per real advance. */
export class ProgressFilter {
  #phase: TrainingPhase = 'starting';
  #step: number;
  #lossText: string | null = null;
  #loss: number | null = null;
  #lossStep = 0;
  #validation: ValidationLoss | null = null;
  #secondsPerStep: number | null = null;

  constructor(
    private readonly steps: number,
    private readonly startStep: number,
    private readonly report: (progress: TrainingProgress) => void,
  ) {
    this.#step = startStep;
  }

  enter(phase: TrainingPhase): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    this.#report();
  }

  read({ done, total, lossText, loss, secondsPerStep }: BarReading): void {
    // The trainer makes one step more than asked for; see trainerSteps.
    const step = Math.min(done, this.steps);
    // tqdm paints twice a step: the new loss beside the old count, then the new count beside the same loss. The second
    // says nothing new, and would give the loss to the wrong step.
    const repeats = lossText === this.#lossText && step === this.#step + 1 && done < total;
    if (done >= this.startStep + warmUpSteps) this.#secondsPerStep = secondsPerStep ?? this.#secondsPerStep;
    this.#lossText = lossText;
    if (step <= this.#step || repeats) return;
    this.#loss = loss ?? this.#loss;
    this.#lossStep = step;
    this.#step = step;
    this.#phase = 'training';
    this.#report();
  }

  /** A step that only the side channel tells: without its loss. Where no bar follows, nobody knows it any more. */
  noteStep(done: number): void {
    const step = Math.min(done, this.steps);
    if (step <= this.#step) return;
    this.#step = step;
    if (step > this.#lossStep + lossHolds) this.#loss = null;
    this.#phase = 'training';
    this.#report();
  }

  noteValidation(validation: ValidationLoss): void {
    this.#validation = validation;
    this.#report();
  }

  #report(): void {
    const { steps } = this;
    const [phase, step, loss, secondsPerStep] = [this.#phase, this.#step, this.#loss, this.#secondsPerStep];
    this.report({ phase, step, steps, loss, validation: this.#validation, secondsPerStep });
  }
}
