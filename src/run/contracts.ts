import type { JudgedSample, SweepVerdict, StoredSet, TestSample } from './sweep-verdict.js';
import type { ArtifactRef } from './ref.js';
import type { ScoredPicture } from './scored-picture.js';
import type { EmbedderProvenance, Generalisation, Score, SetScores } from './checkpoint-record.js';
import type { CheckpointSaved } from './training-record.js';
import type { GraphKind } from '../project/families/family.js';
import type { ServedName } from '../project/families/editors.js';
import type { FamilyName } from '../project/families/index.js';
import type { ModelFiles } from '../project/model-files.js';
import type { Spent } from './spent.js';
import type { StageId } from '../project/names.js';
import type { RenderServer } from './render-server.js';
import type { PromptGrid } from './sweep-items.js';

export interface RenderItem {
  /** Unique within the unit and the same at every attempt: the prompt id is derived from it. */
  key: string;
  /** As the text encoder gets it. */
  prompt: string;
  seed: number;
  /** For editing graphs: the picture to work from. */
  image?: ArtifactRef;
  /** For editors that take several: more of the same person, in their order. */
  furtherImages?: ArtifactRef[];
  /** In place of the unit's. */
  strength?: number;
}

export interface RenderBatchInput {
  runId: string;
  stage: StageId | 'sweep';
  /** What belongs together on one server, e.g. `step-2400`. */
  unit: string;
  /** Whose graph it is, and whose model files. */
  family: ServedName;
  graph: GraphKind;
  /** In place of the family's. */
  ownGraph?: ArtifactRef;
  /** The own graph is one with a LoRA: it is led past, and what is drawn is what the LoRA is compared with. */
  withoutLora?: true;
  /** Negative prompt; may be empty. */
  negative: string;
  /** In pixels. */
  size: { width: number; height: number };
  /** `strength`: 1 is as trained, of items that have none of their own; `label`: part of its name on the server; `user`: who needs it there, until released. */
  lora?: { file: ArtifactRef; strength: number; label: string; user?: string };
  /** For families that edit by img2img, 0 (keeps the picture) to 1 (draws anew); others have none. */
  denoise?: number;
  items: RenderItem[];
  /** In place of `items`, where there may be hundreds of pictures: what they are stays in the store, as `table`. */
  grid?: PromptGrid;
  /** Counts how often this unit's pictures were refused for what a person could cure: each time they are drawn anew. */
  round?: number;
  /** The person wants it rendered whatever other runs have. */
  fresh?: true;
}

export interface RenderedItem {
  key: string;
  image: ArtifactRef;
  seed: number;
  prompt: string;
  /** ComfyUI's, derived from the request. */
  promptId: string;
  /** As it was sent: ComfyUI's API format, JSON. */
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
  /** Of keys. */
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
  strengths?: number[];
  tests?: PromptGrid['tests'];
  /** In the grid's order. */
  items: Omit<RenderedItem, 'prompt'>[];
}

export interface RenderBatchResult {
  /** In the order asked for; empty where there is a `table`. */
  items: RenderedItem[];
  table?: RenderTable;
  unapplied?: Unapplied;
  /** Lines of a log that others may have caused too: only pictures equal to the control's make a fault of them. */
  perhapsUnapplied?: Unapplied;
  /** The server of the last image. */
  server: RenderServer;
  /** All that rendered an image of these; workers of earlier versions do not tell. */
  servers?: RenderServer[];
  /** Images that other runs had rendered: how many, and the first of those runs. */
  reused?: Reused;
  /** The worker's own names for the family's model files, by role: whoever has them can look its images up. */
  modelFiles?: ModelFiles;
  /** On a GPU, over all attempts. */
  spent?: Spent;
}

export interface Reused {
  /** How many. */
  images: number;
  runs: string[];
}

/** Units of which every image may be in the store already. */
export interface ReuseUnitsInput {
  units: {
    render: RenderBatchInput;
    /** How its images are scored; which they are is found out. */
    score?: Omit<ScoreFacesInput, 'images' | 'grid'>;
  }[];
  /** As the render worker of the run's first unit calls them. */
  modelFiles: ModelFiles;
}

export interface ReusedUnit {
  batch: RenderBatchResult;
  /** Of a unit that is to be scored. */
  scored?: ScoreFacesResult;
}

export interface ScoreFacesInput {
  /** For the log and the UI: what is scored. */
  unit: string;
  images: { key: string; image: ArtifactRef; render?: AskedRender }[];
  /** In place of `images`: a JSON `RenderedGrid`. */
  grid?: ArtifactRef;
  /** Each picture's `identity` is its mean similarity to these. */
  references: ArtifactRef[];
  /** The pictures are to be of one person: tells of each how like the others it is. */
  amongThemselves?: true;
  /** The person, and others of the same words: tells of each picture how much more it is like the person. */
  lookAlikes?: LookAlikes;
  /** The pictures that a LoRA was trained on: tells of each picture how near it comes to one of them. */
  training?: ArtifactRef[];
  /** Kept before: an image that nearly repeats one of these, or an earlier image, is told. */
  kept?: { key: string; image: ArtifactRef }[];
}

/** A training set, before it is trained on. */
export interface AuditDatasetInput {
  trigger: string;
  images: {
    /** As a person knows it. */
    name: string;
    image: ArtifactRef;
    /** With the trigger. */
    caption: string;
    /** Of the face: [left, top, right, bottom] in pixels; null: none was found, so nothing around it is measured. */
    box: [number, number, number, number] | null;
  }[];
}

export interface AuditDatasetResult {
  /** A sentence each, with the images to replace. */
  findings: string[];
  /** The same without them: what AZIT rendered itself is not replaced by hand. Older workers do not tell. */
  brief?: string[];
}

/** Portraits of the same kind. */
export interface LookAlikes {
  person: ArtifactRef;
  others: ArtifactRef[];
}

/** What a sweep's pictures are compared with: `references` and `training` of `ScoreFacesInput`. */
export type ComparedFaces = Pick<ScoreFacesInput, 'references' | 'training' | 'lookAlikes'>;

/** Of the sweep's pictures, which are held against what was asked. */
export interface AskedRender {
  /** The project's name for it, not ComfyUI's id. */
  promptId: string;
  prompt: string;
  seed: number;
}

export interface ScoreFacesResult {
  /** In the order asked for; empty where there is a `set`. */
  pictures: ScoredPicture[];
  /** Of a set of renders (`render` given): what they show together; each of them stands in its table. */
  generalisation: Generalisation | null;
  /** What measured. */
  embedders: EmbedderProvenance[];
  /** Of a grid, in place of `pictures`. */
  set?: ScoredSet;
  /** Of a grid of several strengths, ascending: `set` and `generalisation` are then those of the highest identity. */
  sets?: ScoredStrength[];
}

/** The pictures at one of several strengths; what they say together stands in the table. */
export interface ScoredStrength {
  strength: number;
  /** A JSON `SweepTable`. */
  table: ArtifactRef;
  identity: Score;
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
  /** Of one of several strengths. */
  generalisation?: Generalisation | null;
  /** Beside the prompts. */
  tests?: TestSample[];
}

export interface ChooseCheckpointInput {
  baseline: StoredSet;
  /** By step, ascending. */
  checkpoints: StoredCheckpoint[];
  guardAnchor?: StoredCheckpoint | null;
  /** Likeness from which on the embedder takes two pictures for one person. */
  threshold?: number;
}

export interface JudgeTrainingInput {
  /** JSON `SweepTable`s: without LoRA, and of the watched checkpoints by step, ascending. */
  baseline: ArtifactRef;
  checkpoints: { step: number; table: ArtifactRef }[];
  /** Of the checkpoints, the first so many have said nothing before. */
  judged: number;
}

export interface StoredCheckpoint extends StoredSet, CheckpointSaved {
  /** Of several, ascending. */
  strengths?: Pick<ScoredStrength, 'strength' | 'table'>[];
}

export interface ChosenCheckpoint extends Omit<SweepVerdict, 'strips'> {
  /** A JSON list of `Strip`. */
  strips: ArtifactRef;
  /** The first picture of each checkpoint: what a person is shown who chooses. */
  firsts: { step: number; strength?: number; image: ArtifactRef; identity: number | null }[];
}

export interface TrainLoraInput {
  runId: string;
  name: string;
  trigger: string;
  family: FamilyName;
  /** Of the whole training. */
  steps: number;
  /** In steps. */
  saveEvery: number;
  /** Of the LoRA's matrices. */
  rank: number;
  seed: number;
  /** Keys of the trainer's own config, over the preset's. */
  override: Record<string, unknown>;
  /** `name` is a file name without extension, unique; the caption holds the trigger. */
  dataset: { name: string; image: ArtifactRef; caption: string }[];
  /** Pictures that are not trained on, and every how many steps the loss on them is measured. */
  validation?: { every: number; pictures: TrainLoraInput['dataset'] };
  /** The steps that somebody waits for: they are told of at once, others now and then. */
  sweptSteps?: number[];
  /**
   * Nothing is trained that is not wanted any more: a step, the last one where training was stopped; `published`: what
   * there is already is the result.
   */
  upTo?: number | 'published';
  /** Its attempts together spend no more on a GPU: it saves, and fails as `budget-spent`. */
  mostGpuSeconds?: number;
  /** Counts the person's resumes: each has its own patience with attempts that bring nothing. */
  round: number;
  /** The person wants it trained whatever other runs have. */
  fresh?: true;
}

export interface TrainLoraResult {
  /** Every one that is sound, swept or not; by step, ascending. */
  checkpoints: CheckpointSaved[];
  /** `attempt` counts them from 1: training had got to `atStep` and went on from `fromStep`. */
  resumes: { attempt: number; fromStep: number; atStep: number }[];
  /** [step, loss], ascending. */
  loss: [number, number][];
  /** [step, loss on the held-out pictures], ascending; absent where none was asked for. */
  validation?: [number, number][];
  /** Name and version of the trainer, where its files say them. */
  madeBy: string | null;
  /** Of training, over all attempts that count. */
  seconds: number;
  /** Checkpoints that other runs had trained: how many, and the first of those runs. */
  reused?: { checkpoints: number; runs: string[] };
  /** On a GPU, over all attempts. */
  spent?: Spent;
}

export interface WriteReportResult {
  /** A JSON list of {path, ref}: the report folder file by file. */
  manifest: ArtifactRef;
  report: ArtifactRef;
}

export type OwnGraphs = Partial<Record<GraphKind, ArtifactRef>>;
