import type { SafetensorsHeader } from '../artifacts/safetensors.js';
import type { ValidationLoss } from '../run/training-record.js';
import type { Fault } from './errors.js';
import type { ResumePoint, TrainingFailureType, TrainingPlan, TrainingRequest } from './types.js';

/** A trainer that src/trainer drives: what differs between trainers, and nothing else. A second one implements this. */
export interface TrainerProgram {
  /** @returns what is wrong with a point to resume from, or null; see Trainer. */
  verify(plan: TrainingPlan, point: ResumePoint): Promise<string | null>;
  /** @returns what is wrong with the plan's override, in a sentence, or null. */
  overrideProblem(override: TrainingPlan['override']): string | null;
  /** What kind of trouble the trainer, or a library of it, means by a message. */
  typeOf(message: string): TrainingFailureType;
  /** Makes the attempt's folders, all empty, and what else lives as long as the attempt. Starts nothing. */
  open(request: TrainingRequest): Promise<OpenedAttempt | Fault>;
}

export interface OpenedAttempt {
  /** Where copies of checkpoints are taken to, away from the trainer. */
  takenFolder: string;
  /** All that the attempt writes into its folder, at the most at once. */
  bytesToWrite(): Promise<number>;
  /** Lays dataset, config and, for a resume, the one state; a fault where the state can't be resumed from. */
  prepare(): Promise<PreparedAttempt | Fault>;
  /** Removes what lies outside the attempt's own folder. Called once the trainer is dead, whatever happened. */
  release(): Promise<void>;
}

export interface PreparedAttempt {
  /** Its last word is `WORKDIR/config.EXTENSION`, by which the orphans of dead workers are found. */
  command: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
  /** Null: it must begin at zero. `shapes`: of its network, as in CheckpointExpectation. */
  resumed: { step: number; shapes: string } | null;
  /** The highest step that it can show: a report of a later one is not believed. */
  lastStep: number;
  /** @returns what a line of its stdout says; null for one that we need not act on */
  readLine(line: string): TrainerEvent | null;
  /** @returns what a repaint on its stderr says; null for other bars and other text */
  readBar(segment: string): BarReading | null;
  /** The step by a second source, for when the bar is not understood; null while it trains none, or can't be read. */
  readStep?(): number | null;
  /** The losses on the validation pictures that have come since the last call, ascending. */
  readValidation?(): Promise<ValidationLoss[]>;
  /** Asks for a save after the step under way; rejects where it can't be asked. Absent: this trainer can't. */
  saveNow?(): Promise<void>;
  checkpoints: CheckpointFiles;
  /** After an end with every checkpoint delivered: what else is wrong with how it ended, or null. */
  finalFault(): Promise<Fault | null>;
}

/** Where the trainer writes its checkpoints, and what it says in them. */
export interface CheckpointFiles {
  pathOf(step: number): string;
  /** The resume state of a step's save; it may lie where that of the save before lay. */
  statePathsOf(step: number): { name: string; path: string }[];
  /**
   * Reads the files of a state, or copies of them, in the order of `statePathsOf`. Null: they are not (yet) whole.
   * `isOfSave` is null where the files don't tell of which save they are: what the trainer has said then decides.
   */
  readState(paths: string[], save: Save): Promise<{ mark: unknown; isOfSave: boolean | null } | null>;
  metadata: CheckpointMetadata;
}

/** One save of the running attempt. */
export interface Save {
  step: number;
  /** Asked for (`saveNow`) and not scheduled. */
  onDemand: boolean;
  /** Steps that this attempt has left out, out of memory. */
  skipped: number;
}

/** What a trainer says of a checkpoint in the file's own metadata. */
export interface CheckpointMetadata {
  /** The sha256 of the tensors' data as the file says it, and the name of the key; null where it says none. */
  dataSha256(header: SafetensorsHeader): { key: string; sha256: string | undefined } | null;
  /** What shows that it is not this step's of this run, or null. */
  foreignness(header: SafetensorsHeader, step: number): string | null;
  /** Why going on is no use, though the file is what the trainer meant to write; null: nothing. */
  futility(header: SafetensorsHeader): string | null;
  /** Name and version of the trainer, or null. */
  madeBy(header: SafetensorsHeader): string | null;
}

/** What a trainer says of itself while it runs. */
export type TrainerEvent =
  | { kind: 'loading' }
  | { kind: 'preparing-dataset' }
  /** How many training pictures it has found. */
  | { kind: 'images'; count: number }
  /** How many modules its network has in a part of the model; said only of networks with two matrices for each. */
  | { kind: 'modules'; part: string; count: number }
  /** It goes on from a file that it has found by itself. */
  | { kind: 'resuming'; path: string }
  | { kind: 'start-step'; step: number }
  /** A step that did not fit into memory is left out. */
  | { kind: 'skipped' }
  | { kind: 'saving'; step: number }
  /** The weights are written. */
  | { kind: 'saved-checkpoint'; path: string }
  /** The resume state is written, after its weights. */
  | { kind: 'saved-state' }
  /** It ends, and this is its reason. */
  | { kind: 'job-error'; fault: Fault }
  /** It would go on and exit 0, and its result would not be what was asked for. */
  | { kind: 'spoilt'; fault: Fault };

export interface BarReading {
  /** The number of finished steps; where the loss is new, the 0-based step that it belongs to. */
  done: number;
  /** Steps of the whole training. */
  total: number;
  /** As painted, to tell a new one from a repeated one. */
  lossText: string | null;
  /** Null: the bar shows none yet. */
  loss: number | null;
  secondsPerStep: number | null;
}
