import type { SetMeasures } from './sweep.js';
import type { Coverage } from './coverage.js';
import type { ArtifactRef } from './ref.js';
import type { ChosenCheckpoint, OwnGraphs } from './contracts.js';
import type { Choice, GateQuestion, ReportRecord } from './record.js';
import type { Score } from './checkpoint-record.js';
import type { ValidationLoss, CheckpointSaved, WatchCost } from './training-record.js';
import type { SweepServer } from './render-server.js';
import type { Freshness } from './fresh.js';
import type { Gate, RunState, StageId } from '../project/names.js';
import type { ResolvedProject } from '../project/schema.js';

export interface PipelineInput {
  runId: string;
  project: ResolvedProject;
  /** Over the resolved project and the content of every file it names: the same id must mean the same project. */
  projectSha256: string;
  /** Begins the name of each task queue, e.g. `azit`. */
  taskQueuePrefix: string;
  /** False where the server lacks our search attributes: setting one would stop the workflow. */
  searchAttributes?: boolean;
  anchorImage?: ArtifactRef;
  /** The person's own graphs, in place of the family's. */
  graphs?: OwnGraphs;
  /** `project.views` is AZIT's choice: the file names no editor. */
  editorByDefault?: true;
  /** The person's own pictures with their captions: the run starts at stage 05. */
  datasetImages?: { image: ArtifactRef; caption: string | null }[];
  /**
   * What a person said before, in the run that this one is made from or until this one was cancelled, in order: of the same
   * images it stands here too.
   */
  decisions?: GateDecision[];
  /** What is done although an earlier run has done it. */
  fresh?: Freshness;
  /** In place of all stages: a finished run of this id, shown with another checkpoint. */
  again?: ShownAgain;
}

export type Decision = { by?: string } & (
  | { kind: 'approved'; picks: number[] | null; drops: number[] | null }
  /** The step that a person named. */
  | { kind: 'chosen'; step: number; strength?: number }
  | { kind: 'rejected'; reason: string }
);

/** What a person said at a gate, and of which images (`offerOf`). Which checkpoint it is to be is asked in every run. */
export interface GateDecision {
  gate: Exclude<Gate, 'checkpoint'>;
  offer: string;
  decision: Decision;
}

/** Tells what is offered at a gate from what another run, which makes the same images, would offer there. */
export const offerOf = (options: readonly { image: ArtifactRef }[]): string =>
  [options.length, options[0]?.image.sha256, options.at(-1)?.image.sha256].join(' ');

export interface ShownAgain {
  /** A JSON `RunDocument`. */
  record: ArtifactRef;
  step: number;
  /** Of several. */
  strength?: number;
  by?: string;
}

/** Everything that a run knows of itself, as the store keeps it. */
export interface RunDocument {
  input: PipelineInput;
  status: RunStatus;
  report: ReportRecord;
  saved: CheckpointSaved[];
  firsts: ChosenCheckpoint['firsts'];
  /** Absent in the records of older versions. */
  decisions?: GateDecision[];
  /** Of a run that completed. */
  result: PipelineResult | null;
}

export interface PipelineResult {
  runId: string;
  state: RunState;
  /** Null where no checkpoint was chosen. */
  chosenStep: number | null;
  /** Of several. */
  chosenStrength?: number | null;
  /** Null: no checkpoint was chosen. */
  chosenLora: ArtifactRef | null;
  /** report.json as an artifact, and the list of {path, ref} of the whole report folder. */
  report: ArtifactRef | null;
  reportFiles: ArtifactRef | null;
}

/** Where a run can need help. */
export type Place = StageId | 'sweep' | 'report';

/** The answer of the `status` query: everything a terminal or another program shows. */
export interface RunStatus {
  runId: string;
  workflowId: string;
  /** The project's. */
  name: string;
  /** A model family. */
  model: string;
  projectSha256: string;
  state: RunState;
  /** Asked to stop and not yet at its end: the trainer saves, work under way ends. */
  isStopping?: boolean;
  /** The last that began; null before the first. */
  stage: StageId | 'sweep' | null;
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601; null: the run has not ended. */
  finishedAt: string | null;
  /** All six, in order; `kept` and `rejected` count images. */
  stages: { id: StageId; state: string; kept: number; rejected: number; message: string | null }[];
  /** Of the views of stages 03 and 04, once there are any. */
  coverage?: Omit<Coverage, 'bins'> & { views: number };
  /** What was found in the training images, a sentence each; absent: nothing. */
  findings?: string[];
  /** Null until it begins. */
  training: {
    /** Of the last checkpoint that is saved. */
    step: number;
    /** Of the whole training. */
    steps: number;
    loss: number | null;
    validation?: ValidationLoss | null;
    /** How often it went on after an attempt that broke off. */
    resumes: number;
    /** Where it ended before its last step. */
    stopped?: { step: number; reason: string };
    /** So far, where it may. */
    watch?: WatchCost;
  } | null;
  /** On GPUs, by stage, by what has come to its end. Earlier versions do not tell. */
  spent?: { stage: StageId | 'sweep'; gpuSeconds: number; cost?: number }[];
  /** Where the file sets one: what may be spent, with what a person has added. */
  budget?: { gpuSeconds: number };
  /** Every step that is swept, ascending. */
  sweep: {
    step: number;
    state: 'waiting' | 'saved' | 'rendering' | 'scored';
    identity: Score | null;
    measures?: SetMeasures | null;
    /** Of several: whose `identity` and `measures` stand here, the chosen one or until then the highest. */
    strength?: number;
    /** All of them, ascending. */
    strengths?: { strength: number; identity: Score }[];
  }[];
  /** That rendered the sweep so far, with what each rendered. */
  sweepServers?: SweepServer[];
  /** The furthest one that is safe in the store; also one between two scheduled ones, where training was stopped. */
  lastCheckpoint?: CheckpointSaved | null;
  /** The same prompts and seeds without any LoRA. */
  baseline: Score | null;
  /** Of the images without LoRA; null: not scored yet. */
  baselineMeasures?: SetMeasures | null;
  choice: (Pick<Choice, 'step' | 'strength' | 'reason' | 'explanation' | 'advice'> & { by?: Choice['by'] }) | null;
  /** A person named it before it was asked for: it is taken when the sweep is scored. */
  chosenStep?: number | null;
  /** Of several, where it was named too. */
  chosenStrength?: number | null;
  /** Set while a person is asked: which gate, and what can be picked. */
  waitingFor: GateQuestion | null;
  /** Set while retries can't help: what is wrong and what would cure it; `startAgain` where resuming would not. */
  help: { stage: Place; type: string; text: string; cure: string; startAgain?: boolean } | null;
}

/** Whether stage 05 is under way. */
export const isTraining = (stages: RunStatus['stages']): boolean =>
  stages.some(({ id, state }) => id === '05-training' && state === 'running');

/** The state in a word, for a person. */
export const stateWord = ({ state, isStopping }: Pick<RunStatus, 'state' | 'isStopping'>): string =>
  isStopping ? 'stopping' : state;

/** Who decides: a user of the studio, or of the machine; stands in the run's timeline. */
export interface DecidedBy {
  /** Up to 40 characters. */
  by?: string;
}

export interface ApproveInput extends DecidedBy {
  gate: Gate;
  /** Indices into `waitingFor.options`; without them the machine's own choice stands. */
  picks?: number[];
  /** At the gate `dataset`, in place of `picks`: the ones to leave out. */
  drops?: number[];
}
export interface RejectInput extends DecidedBy {
  gate: Gate;
  /** One line, for the report. */
  reason: string;
}
export interface ChooseCheckpointInput extends DecidedBy {
  /** One of the swept. */
  step: number;
  /** One of several; default: the rule's. */
  strength?: number;
}
export interface Chosen {
  /** It was chosen before: nothing changes. */
  already: boolean;
}
