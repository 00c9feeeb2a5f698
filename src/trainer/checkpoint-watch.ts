import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fault } from './errors.js';
import type { CheckpointFiles } from './program.js';
import { removeAll, signaturesOf, takeCheckpoint } from './take.js';
import type { SoundCheckpoint } from './types.js';

export interface CheckpointWatchOptions {
  files: CheckpointFiles;
  takenFolder: string;
  /** Ascending: every step that gets a checkpoint in this attempt. */
  steps: number[];
  /** Of the plan: what is saved beyond it, where a save was asked for as the last step ended, counts for nothing. */
  lastStep: number;
  /** What each checkpoint's metadata must hold. */
  meta: Record<string, string>;
  /** Of the network, where it is known from the checkpoint that is resumed. */
  shapes: string | null;
  deliver(checkpoint: SoundCheckpoint): Promise<void>;
  /** A checkpoint and its state are copied out: the trainer may do to its own what it will. */
  onTaken(step: number): void;
  onSpoilt(fault: Fault): void;
  onDeliveryError(error: unknown): void;
}

/**
 * Takes each checkpoint that the trainer says it has saved, with its resume state, as soon as both are whole, and
 * delivers them in the order of steps. What else lies in the run folder, and when it was written, says nothing: anybody
 * may put files there, and clocks are set. Taking never waits for delivering, so a slow store costs no state.
 */
export class CheckpointWatch {
  /** The last reason why a step that is there was not taken. */
  readonly reasons = new Map<number, string>();
  readonly delivered: number[] = [];
  /** Steps saved because somebody asked (PreparedAttempt.saveNow), between the scheduled ones. */
  readonly #onDemand = new Set<number>();
  #skipped = 0;
  readonly #modules = new Map<string, number>();
  /** What the trainer has said: whose weights are written, what it saves last, whose state is written last. */
  readonly #saved = new Set<number>();
  #saving = 0;
  #isTrusted = true;
  #stateOf = 0;
  readonly #taken = new Set<number>();
  readonly #tried = new Map<number, string>();
  #shapes: string | null;
  #looking: Promise<void> = Promise.resolve();
  #again = false;
  #busy = false;
  #deliveries: Promise<void> = Promise.resolve();
  #broken = false;

  constructor(private readonly options: CheckpointWatchOptions) {
    this.#shapes = options.shapes;
  }

  /** Asks for a look soon; a look under way is followed by one more at most. */
  nudge(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#looking = (async () => {
      while (this.#again) {
        this.#again = false;
        await this.#look();
      }
      this.#busy = false;
    })();
  }

  /**
   * The trainer says that it saves this step: one between the scheduled ones was asked for, and is taken as well. One
   * that is not trusted is not taken, but it writes over the state all the same.
   */
  noteSaving(step: number, isTrusted: boolean): void {
    this.#saving = step;
    this.#isTrusted = isTrusted && step <= this.options.lastStep;
    if (!this.options.steps.includes(step)) this.#onDemand.add(step);
  }

  /** The trainer says that these weights are written. */
  noteWeights(path: string): void {
    const isOurs = basename(path) === basename(this.options.files.pathOf(this.#saving));
    if (isOurs && this.#isTrusted) this.#saved.add(this.#saving);
  }

  /** The trainer says that the state is written. Its last save has no number: nothing was trained since the one before. */
  noteState(): void {
    this.#stateOf = this.#saving;
    this.nudge();
  }

  /** The trainer's network has so many modules in a part of the model. Adapters that it loads before say so too: the last counts. */
  noteModules(part: string, count: number): void {
    this.#modules.set(part, count);
  }

  /** The trainer has left out a step, out of memory. */
  noteSkipped(): void {
    this.#skipped += 1;
  }

  /** After the trainer's end: one last look, then everything taken is delivered. */
  async finish(): Promise<void> {
    this.#tried.clear();
    this.nudge();
    await this.#looking;
    await this.#deliveries;
  }

  async #look(): Promise<void> {
    const saved = [...this.#saved].sort((a, b) => a - b);
    for (const step of saved) if (!this.#taken.has(step)) await this.#tryToTake(step);
  }

  /** Whether the trainer has gone on to a later save, which writes over the state of this one. */
  async #isSuperseded(step: number): Promise<boolean> {
    // It says so before it writes, and what it had said when its files were read is in our hands after a turn or two.
    for (const _ of [1, 2]) await nextTurn();
    return this.#saving > step;
  }

  async #tryToTake(step: number): Promise<void> {
    const { files, takenFolder, meta, onSpoilt, onTaken } = this.options;
    const isSaid = this.#stateOf === step;
    const isSuperseded = () => this.#isSuperseded(step);
    const paths = [files.pathOf(step), ...files.statePathsOf(step).map(({ path }) => path)];
    const signatures = [...(await signaturesOf(paths)), isSaid, await isSuperseded()].join(' ');
    if (this.#tried.get(step) === signatures) return;
    this.#tried.set(step, signatures);
    const modules = [...this.#modules.values()].reduce((sum, count) => sum + count, 0);
    const taken = await takeCheckpoint({
      files,
      takenFolder,
      expected: { step, meta, shapes: this.#shapes, modules },
      save: { step, onDemand: this.#onDemand.has(step), skipped: this.#skipped },
      isSaid,
      isSuperseded,
    }).catch((error: Error) => {
      // Not of the files but of ours (a full disk): tried again at each look.
      this.#tried.delete(step);
      return { kind: 'not-yet' as const, reason: error.message };
    });
    if (taken.kind === 'not-yet') this.reasons.set(step, taken.reason);
    else if (taken.kind === 'spoilt') onSpoilt(taken.fault);
    else {
      this.#taken.add(step);
      this.#shapes = taken.shapes;
      this.#deliver(taken.checkpoint);
      onTaken(step);
    }
  }

  #deliver(checkpoint: SoundCheckpoint): void {
    const { deliver, onDeliveryError } = this.options;
    this.#deliveries = this.#deliveries.then(async () => {
      if (this.#broken) return;
      try {
        await deliver(checkpoint);
        this.delivered.push(checkpoint.step);
        const states = checkpoint.state?.files ?? [];
        await removeAll([checkpoint.checkpointPath, ...states.map(({ path }) => path)]);
      } catch (error) {
        this.#broken = true;
        onDeliveryError(error);
      }
    });
  }
}
