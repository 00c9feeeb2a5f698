import type { FamilyName } from '../project/families/index.js';
import type { ModelFiles } from '../project/model-files.js';
import type { ResolvedProject } from '../project/schema.js';
import type { Watch } from '../project/watched-steps.js';
import type { ArtifactRef } from './ref.js';
import type { Score, SetScores, Generalisation } from './checkpoint-record.js';
import type { CheckpointSaved } from './training-record.js';
import type { LookAlikes, OwnGraphs, Reused, ScoredStrength } from './contracts.js';
import type { Spent } from './spent.js';
import type { RenderServer } from './render-server.js';

export interface SweepInput {
  runId: string;
  family: FamilyName;
  graphs?: OwnGraphs;
  taskQueuePrefix: string;
  /** Of the training; the pictures' own seeds follow from it. */
  seed: number;
  sweep: ResolvedProject['sweep'];
  /** A step that is scored for the guards alone: see `guardAnchorOf`. */
  guardAnchor?: number | null;
  /** Where training may stop early: what is rendered of each saved checkpoint to see whether it may. */
  watch?: Watch;
  /** Held out of training. */
  references: ArtifactRef[];
  training: ArtifactRef[];
  /** The other candidates of stage 01, and the chosen one. */
  lookAlikes?: LookAlikes;
  /** Of the units whose pictures were refused: see RenderBatchInput. */
  rounds?: Record<string, number>;
  /** Render all of it, although an earlier run has. */
  fresh?: true;
  /** In whose name LoRAs are brought to the servers. */
  loraUser?: string;
  /** What is saved already; the pipeline tells of the rest by signals. */
  saved?: CheckpointSaved[];
  /** Nothing more will come. */
  trainingEnded?: boolean;
  /** Where all images so far came from other runs: what is saved is looked up at once, by these names of model files. */
  reuse?: ModelFiles;
}

/** What was scored, the sweep has told its pipeline set by set. */
export interface SweepResult {
  /** Where other runs had rendered every image: what it would have told. */
  told?: SweepProgress[];
  /** What the render server that came last says of itself. */
  server: RenderServer;
}

export interface SweepProgress {
  /** Null: the baseline, without any LoRA. */
  step: number | null;
  state: 'rendering' | 'scored';
  /** Null until it is scored. */
  identity: Score | null;
  measures?: SetMeasures;
  /** That rendered its images; earlier versions do not tell. */
  servers?: RenderServer[];
  /** Of its images, those that other runs had rendered. */
  reused?: Reused;
  /** For its images, on a GPU. */
  spent?: Spent;
  /** It is scored for the guards alone. */
  isGuardAnchor?: true;
  /** Its few images are to show whether training may stop. */
  isWatch?: true;
  /** Of a watched one: how many. */
  images?: number;
  /** Where it is scored: a JSON `SweepTable`. */
  table?: ArtifactRef;
  /** Of several, ascending; `identity`, `measures` and `table` are those of the highest identity. */
  strengths?: (Pick<ScoredStrength, 'strength' | 'identity'> & Partial<ScoredStrength>)[];
}

/** What the scored pictures of a set say together, beyond their identity. */
export interface SetMeasures {
  /** By the prompt's id. */
  perPrompt: Record<string, Score>;
  /** By the pose found: frontal, three-quarter, profile. */
  perPose: Record<string, Score>;
  /** Mean of nearest-training similarity minus identity; null without training pictures. */
  memorisation: number | null;
  generalisation: Generalisation | null;
  margin?: SetScores['margin'];
  tests?: SetScores['tests'];
}
