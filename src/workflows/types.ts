import type { ArtifactRef } from '../artifacts/ref.js';
import type { ChosenCheckpoint, RenderedItem } from '../activities/types.js';
import type { ValidationLoss } from '../aitoolkit/types.js';
import type { Choice, GateQuestion, Generalisation, Measured, ReportRecord, Score } from '../report/data.js';
import type { GraphKind } from '../spec/families/family.js';
import type { FamilyName } from '../spec/families/index.js';
import type { Gate, RunState, StageId } from '../spec/names.js';
import type { ResolvedProject } from '../spec/schema.js';

export type OwnGraphs = Partial<Record<GraphKind, ArtifactRef>>;

export interface PipelineInput {
  runId: string;
  project: ResolvedProject;
  /** Over the resolved project and the content of every file it names: the same id must mean the same project. */
  projectSha256: string;
  taskQueuePrefix: string;
  /** False where the server lacks our search attributes: setting one would stop the workflow. */
  searchAttributes?: boolean;
  anchorImage?: ArtifactRef;
  /** The person's own graphs, in place of the family's. */
  graphs?: OwnGraphs;
  /** The person's own pictures with their captions: the run starts at stage 05. */
  datasetImages?: { image: ArtifactRef; caption: string | null }[];
  /** In place of all stages: a finished run of this id, shown with another checkpoint. */
  again?: ShownAgain;
}

export interface ShownAgain {
  /** A JSON `RunDocument`. */
  record: ArtifactRef;
  step: number;
}

/** Everything that a run knows of itself, as the store keeps it. */
export interface RunDocument {
  input: PipelineInput;
  status: RunStatus;
  report: ReportRecord;
  saved: CheckpointSaved[];
  firsts: ChosenCheckpoint['firsts'];
  /** Of a run that completed. */
  result: PipelineResult | null;
}

export interface PipelineResult {
  runId: string;
  state: RunState;
  chosenStep: number | null;
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
  name: string;
  model: string;
  projectSha256: string;
  state: RunState;
  stage: StageId | 'sweep' | null;
  startedAt: string;
  finishedAt: string | null;
  stages: { id: StageId; state: string; kept: number; rejected: number; message: string | null }[];
  training: {
    step: number;
    steps: number;
    loss: number | null;
    validation?: ValidationLoss | null;
    resumes: number;
  } | null;
  sweep: {
    step: number;
    state: 'waiting' | 'saved' | 'rendering' | 'scored';
    identity: Score | null;
    measures?: SetMeasures | null;
  }[];
  /** The furthest one that is safe in the store; also one between two scheduled ones, where training was stopped. */
  lastCheckpoint?: CheckpointSaved | null;
  baseline: Score | null;
  baselineMeasures?: SetMeasures | null;
  choice: (Pick<Choice, 'step' | 'reason' | 'explanation' | 'advice'> & { by?: Choice['by'] }) | null;
  /** A person named it before it was asked for: it is taken when the sweep is scored. */
  chosenStep?: number | null;
  /** Set while a person is asked: which gate, and what can be picked. */
  waitingFor: GateQuestion | null;
  /** Set while retries can't help: what is wrong and what would cure it; `startAgain` where resuming would not. */
  help: { stage: Place; type: string; text: string; cure: string; startAgain?: boolean } | null;
}

export interface ApproveInput {
  gate: Gate;
  /** Indices into `waitingFor.options`; without them the machine's own choice stands. */
  picks?: number[];
  /** At the gate `dataset`, in place of `picks`: the ones to leave out. */
  drops?: number[];
}
export interface RejectInput {
  gate: Gate;
  reason: string;
}
export interface ChooseCheckpointInput {
  step: number;
}
export interface Chosen {
  /** It was chosen before: nothing changes. */
  already: boolean;
}

/** A sound checkpoint, published. */
export interface CheckpointSaved {
  step: number;
  lora: ArtifactRef;
  /** As last reported when it was saved. */
  loss?: number;
  validation?: ValidationLoss;
}

/** Heartbeat details of `trainLora`: what a terminal shows between two checkpoints. */
export interface TrainingHeartbeat {
  kind: 'training';
  phase: string;
  step: number;
  steps: number;
  loss: number | null;
  /** The last one, where it is asked for. */
  validation?: ValidationLoss | null;
  secondsPerStep: number | null;
  /** For how long nothing has advanced. */
  idleSeconds?: number;
}

/** Heartbeat details of `renderBatch` and `scoreFaces`. */
export interface BatchHeartbeat {
  kind: 'batch';
  what: 'render' | 'score' | 'report';
  done: number;
  of: number;
  /** In words, where the unit has not begun: a GPU that somebody else has. */
  waitingFor?: string;
  idleSeconds?: number;
}

/** One picture of the sweep: which prompt and seed, and what was found in it. */
export interface SweepSample {
  prompt: string;
  rendered: RenderedItem;
  measured: Measured;
}

/** The pictures of one checkpoint, or of no LoRA: in the store. */
export interface StoredSet {
  /** A JSON `SweepTable`. */
  table: ArtifactRef;
  generalisation: Generalisation | null;
}

/** The same in runs of earlier versions, picture by picture. */
export interface InlineSet {
  samples: SweepSample[];
  /** Null in runs that began before it was measured. */
  generalisation: Generalisation | null;
}

export interface SweepInput {
  runId: string;
  family: FamilyName;
  graphs?: OwnGraphs;
  taskQueuePrefix: string;
  seed: number;
  sweep: ResolvedProject['sweep'];
  /** Held out of training. */
  references: ArtifactRef[];
  training: ArtifactRef[];
  /** What is saved already when the sweep starts (again). */
  saved: CheckpointSaved[];
  /** Of the units whose pictures were refused: see RenderBatchInput. */
  rounds?: Record<string, number>;
  /** In whose name LoRAs are brought to the servers. */
  loraUser?: string;
  /** Training is over: nothing more will come. */
  trainingEnded: boolean;
}

interface ResultOf<Set> {
  baseline: Set;
  /** By step, ascending. */
  checkpoints: (Set & CheckpointSaved)[];
  server: Record<string, unknown>;
}

export type InlineSweepResult = ResultOf<InlineSet>;
export type StoredSweepResult = ResultOf<StoredSet>;
export type SweepResult = InlineSweepResult | StoredSweepResult;

export interface SweepProgress {
  step: number | null;
  state: 'rendering' | 'scored';
  identity: Score | null;
  measures?: SetMeasures;
}

/** What the scored pictures of a set say together, beyond their identity. */
export interface SetMeasures {
  perPrompt: Record<string, Score>;
  perPose: Record<string, Score>;
  memorisation: number | null;
  generalisation: Generalisation | null;
}
