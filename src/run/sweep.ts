import type { StoredSet } from './sweep-verdict.js';
import type { FamilyName } from '../project/families/index.js';
import type { ResolvedProject } from '../project/schema.js';
import type { ArtifactRef } from './ref.js';
import type { Measured, Score, Generalisation, CheckpointSaved } from './record.js';
import type { RenderedItem, OwnGraphs } from './contracts.js';
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

/** One picture of the sweep: which prompt and seed, and what was found in it. */
export interface SweepSample {
  prompt: string;
  rendered: RenderedItem;
  measured: Measured;
}

/** The same in runs of earlier versions, picture by picture. */
export interface InlineSet {
  samples: SweepSample[];
  /** Null in runs that began before it was measured. */
  generalisation: Generalisation | null;
}
