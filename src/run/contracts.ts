import type { JudgedSample, SweepVerdict, StoredSet } from './sweep-verdict.js';
import type { ArtifactRef } from './ref.js';
import type { ScoredPicture } from './scored-picture.js';
import type { EmbedderProvenance, Generalisation, SetScores, ValidationLoss, CheckpointSaved } from './record.js';
import type { GraphKind } from '../project/families/family.js';
import type { FamilyName } from '../project/families/index.js';
import type { StageId } from '../project/names.js';
import type { PromptGrid } from './sweep-items.js';

export interface RenderItem {
  /** Unique within the unit and the same at every attempt: the prompt id is derived from it. */
  key: string;
  prompt: string;
  seed: number;
  /** For editing graphs: the picture to work from. */
  image?: ArtifactRef;
}

export interface RenderBatchInput {
  runId: string;
  stage: StageId | 'sweep';
  /** What belongs together on one server, e.g. `step-2400`. */
  unit: string;
  family: FamilyName;
  graph: GraphKind;
  /** In place of the family's. */
  ownGraph?: ArtifactRef;
  /** The own graph is one with a LoRA: it is led past, and what is drawn is what the LoRA is compared with. */
  withoutLora?: true;
  negative: string;
  size: { width: number; height: number };
  /** `user`: who needs the file on the server, until released. */
  lora?: { file: ArtifactRef; strength: number; label: string; user?: string };
  /** For families that edit by img2img; others have none. */
  denoise?: number;
  items: RenderItem[];
  /** In place of `items`, where there may be hundreds of pictures: what they are stays in the store, as `table`. */
  grid?: PromptGrid;
  /** Counts how often this unit's pictures were refused for what a person could cure: each time they are drawn anew. */
  round?: number;
}

export interface RenderedItem {
  key: string;
  image: ArtifactRef;
  seed: number;
  prompt: string;
  promptId: string;
  graph: ArtifactRef;
  /** Version of the ComfyUI that rendered it, or what the server calls itself. */
  server?: string;
  /** Where pictures are compared: the sweep and stage 06. The bytes of the file always differ. */
  pixelsSha256?: string;
  /** Set where every pixel is black. */
  isBlack?: true;
}

/** Keys of a LoRA that the server could not apply, by its log. */
export interface Unapplied {
  count: number;
  /** The first of them, with the server's words. */
  first: string[];
}

/** The pictures of a `grid`. */
export interface RenderTable {
  /** A JSON `RenderedGrid`. */
  artifact: ArtifactRef;
  /** Of each picture in the grid's order, apart by spaces, what tells it from the same without a LoRA. */
  looks: string;
}

export interface RenderedGrid {
  prompts: PromptGrid['prompts'];
  items: Omit<RenderedItem, 'prompt'>[];
}

export interface RenderBatchResult {
  items: RenderedItem[];
  table?: RenderTable;
  unapplied?: Unapplied;
  server: Record<string, unknown>;
}

export interface ScoreFacesInput {
  /** For the log and the UI: what is scored. */
  unit: string;
  images: { key: string; image: ArtifactRef; render?: AskedRender }[];
  /** In place of `images`: a JSON `RenderedGrid`. */
  grid?: ArtifactRef;
  references: ArtifactRef[];
  /** The pictures are to be of one person: tells of each how like the others it is. */
  amongThemselves?: true;
  training?: ArtifactRef[];
  /** Kept before: an image that nearly repeats one of these, or an earlier image, is told. */
  kept?: { key: string; image: ArtifactRef }[];
}

/** What a sweep's pictures are compared with: `references` and `training` of `ScoreFacesInput`. */
export type ComparedFaces = Pick<ScoreFacesInput, 'references' | 'training'>;

/** Of the sweep's pictures, which are held against what was asked. */
export interface AskedRender {
  promptId: string;
  prompt: string;
  seed: number;
}

export interface ScoreFacesResult {
  pictures: ScoredPicture[];
  /** Of a set of renders (`render` given): what they show together; each of them stands in its table. */
  generalisation: Generalisation | null;
  /** What measured. */
  embedders: EmbedderProvenance[];
  /** Of a grid, in place of `pictures`. */
  set?: ScoredSet;
}

export interface ScoredSet {
  /** A JSON `SweepTable`. */
  table: ArtifactRef;
  scores: SetScores;
}

/** The pictures of a checkpoint, or of no LoRA, one by one. */
export interface SweepTable {
  prompts: PromptGrid['prompts'];
  samples: (JudgedSample & { rendered: RenderedGrid['items'][number] })[];
  /** What the samples say together; tables of earlier versions have none. */
  scores?: SetScores;
}

export interface ChooseCheckpointInput {
  baseline: StoredSet;
  checkpoints: (StoredSet & CheckpointSaved)[];
  /** Likeness from which on the embedder takes two pictures for one person. */
  threshold?: number;
}

export interface ChosenCheckpoint extends Omit<SweepVerdict, 'strips'> {
  /** A JSON list of `Strip`. */
  strips: ArtifactRef;
  /** The first picture of each checkpoint: what a person is shown who chooses. */
  firsts: { step: number; image: ArtifactRef; identity: number | null }[];
}

export interface TrainLoraInput {
  runId: string;
  name: string;
  trigger: string;
  family: FamilyName;
  steps: number;
  saveEvery: number;
  rank: number;
  seed: number;
  override: Record<string, unknown>;
  /** `name` is a file name without extension, unique; the caption holds the trigger. */
  dataset: { name: string; image: ArtifactRef; caption: string }[];
  /** Pictures that are not trained on, and every how many steps the loss on them is measured. */
  validation?: { every: number; pictures: TrainLoraInput['dataset'] };
  /** The steps that somebody waits for: they are told of at once, others now and then. */
  sweptSteps?: number[];
  /** Counts the person's resumes: each has its own patience with attempts that bring nothing. */
  round: number;
}

export interface TrainLoraResult {
  checkpoints: CheckpointSaved[];
  resumes: { attempt: number; fromStep: number; atStep: number }[];
  loss: [number, number][];
  /** [step, loss on the held-out pictures], ascending; absent where none was asked for. */
  validation?: [number, number][];
  /** Name and version of the trainer, where its files say them. */
  madeBy: string | null;
  seconds: number;
}

export interface WriteReportResult {
  /** A JSON list of {path, ref}: the report folder file by file. */
  manifest: ArtifactRef;
  report: ArtifactRef;
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

export type OwnGraphs = Partial<Record<GraphKind, ArtifactRef>>;
