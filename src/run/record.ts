import type { ArtifactRef } from './ref.js';
import type { Spent } from './spent.js';
import type { Gate, RunState, StageId } from '../project/names.js';

/** What a finished or unfinished run has to show; `report.json` is this with every ref turned into a path and sha256. */
export interface ReportData {
  azit: 1;
  run: {
    id: string;
    workflowId: string;
    name: string;
    model: string;
    trigger: string;
    /** Of the LoRA in the sweep; of several, the one whose scores stand first. Older runs do not tell. */
    strength?: number;
    /** Where several are compared, ascending. */
    strengths?: number[];
    state: RunState;
    /** ISO 8601 */
    startedAt: string;
    finishedAt: string | null;
  };
  stages: StageRecord[];
  /** Null: training has not started. */
  training: TrainingRecord | null;
  /** Every sound checkpoint that lies in the store, swept or not, by step. Older runs have none. */
  saved?: { step: number; lora: ArtifactRef }[];
  /** By step, ascending. */
  checkpoints: CheckpointRecord[];
  /** An early checkpoint that the guards compare with; no option of the choice. Older runs have none. */
  guardAnchor?: CheckpointRecord | null;
  /** The same prompts and seeds without any LoRA. */
  baseline: Score | null;
  baselineGeneralisation?: Generalisation;
  strips: Strip[];
  /** Null: nothing is decided yet. */
  choice: Choice | null;
  /** Set while a person is asked. */
  waitingFor?: GateQuestion | null;
  editorial: Picture[];
  /** Held out of training; every score is against these and the canonical portrait. */
  references: Picture[];
  /** Render graphs as used (ComfyUI API format, JSON). */
  graphs: { name: string; graph: ArtifactRef }[];
  timeline: TimelineEvent[];
  /** On GPUs, by stage; stages that used none are left out. Older runs do not tell. */
  spent?: Partial<Record<StageId | 'sweep', Spent>>;
  provenance: Record<string, unknown>;
}

/** As a run hands it over: what grows with the sweep stays in the store (`openReport`). */
export interface ReportRecord extends Omit<ReportData, 'strips'> {
  /** A JSON list of strips. */
  strips: Strip[] | ArtifactRef;
}

export type StageState = 'pending' | 'running' | 'waiting' | 'needs-help' | 'done' | 'skipped' | 'failed' | 'cancelled';

export interface StageRecord {
  id: StageId;
  state: StageState;
  /** ISO 8601; null: not yet. */
  startedAt: string | null;
  finishedAt: string | null;
  /** 1 unless a person resumed it. */
  attempts: number;
  /** sha256 of the chosen picture of stages 01 and 02, if any. */
  chosen: string | null;
  /** What was kept. */
  outputs: Picture[];
  rejected: RejectedPicture[];
  /** What the stage waits for or could not do, in words. */
  message: string | null;
}

export interface Picture {
  image: ArtifactRef;
  /** Null: provided by the person, not rendered. */
  seed: number | null;
  prompt: string | null;
  promptId: string | null;
  /** The exact graph rendered. */
  graphSha256: string | null;
  /** Version of the ComfyUI that rendered it, or what the server calls itself. */
  server?: string;
  /** Null: not measured. */
  measured: Measured | null;
  /** What is trained on with it; has the trigger word. */
  caption?: string;
  /** Not trained on: a reference. */
  heldOut?: boolean;
}

export interface RejectedPicture extends Picture {
  /** For people, with the figures. */
  reason: string;
}

/** What the identity stage found in a picture. Angles in degrees, similarity a cosine. */
export interface Measured {
  /** Of the picture, in pixels. */
  width: number;
  height: number;
  /** How many were found. */
  faces: number;
  /** How sure the detector is of the scored face, 0 to 1. Older runs have none. */
  certainty?: number | null;
  /** Degrees clockwise that bring the picture upright, where it lies on its side or head: it was measured so. */
  turned?: number;
  /** Of the scored face: [left, top, right, bottom] in pixels; null where no face was found. */
  box: [number, number, number, number] | null;
  pose: { yaw: number; pitch: number; roll: number } | null;
  /** Variance of the Laplacian over the face at 112 px; higher is sharper. */
  sharpness: number | null;
  /** Mean cosine to the references asked for; null without references or face. */
  identity: number | null;
  /** Highest cosine to a training picture; null where none were given. */
  nearestTraining: number | null;
}

export interface Score {
  /** Of cosines (identity), or of their differences (gain); 0 without a face. */
  mean: number;
  /** 95 % confidence interval of the mean. */
  low: number;
  high: number;
  /** Pictures with a face. */
  n: number;
  /** Pictures without one. */
  noFace: number;
}

/** One image tells nothing of how far another would be off: its `low` and `high` are its own value. */
export const hasInterval = ({ n }: Score): boolean => n > 1;

export interface CheckpointRecord {
  step: number;
  lora: ArtifactRef;
  /** Null: not scored, or not swept. */
  identity: Score | null;
  /** Paired gain over the no-LoRA baseline. */
  gain: Score | null;
  /** How much nearer renders are to training pictures than to held-out references (mean difference of cosines). */
  memorisation: number | null;
  /** By the prompt's id. */
  perPrompt: Record<string, Score>;
  /** By the pose found: frontal, three-quarter, profile. Older runs have none. */
  perPose?: Record<string, Score>;
  /** Why a guard rules it out. */
  failed?: string | null;
  /** What was measured of each of its renders beyond identity. Older runs have none. */
  generalisation?: Generalisation;
  /** Of several, ascending: the same at each. What stands above is of the chosen one (`ReportData.run.strength`). */
  strengths?: StrengthRecord[];
}

export interface StrengthRecord extends Omit<CheckpointRecord, 'step' | 'lora' | 'strengths'> {
  strength: number;
}

/** What the renders of one checkpoint (or of no LoRA) show together, beyond identity. */
export interface Generalisation {
  /** Renders that nearly repeat a training picture. */
  nearCopies: number;
  diversity: Diversity;
  /** Asked against found, by the part asked for; counts renders. */
  adherence: Record<string, { met: number; asked: number }>;
  /** Mean cosine of prompt and picture; null where the worker has no CLIP model. */
  clip: number | null;
  /** The other embedder's word, where the worker has two. */
  crossCheck: CrossCheck | null;
  /** A JSON list of SweepPicture. */
  table: ArtifactRef;
}

/** Mean difference between pictures, 0 (all the same) to 1, by grey thumbnails. */
export interface Diversity {
  /** Between seeds of the same prompt. */
  seeds: number | null;
  prompts: number | null;
}

export interface CrossCheck {
  /** Its name. */
  embedder: string;
  /** Its mean cosine, on its own scale. */
  identity: number | null;
  /** Pictures that one embedder takes for the person and the other does not. */
  disagree: number;
  of: number;
}

/** A render of the sweep in full; lists of them lie in the artifact store, never in a workflow's history. */
export interface SweepPicture {
  prompt: string;
  seed: number;
  image: ArtifactRef;
  /** Mean cosine to the references, -1 to 1; null: no face. */
  identity: number | null;
  nearestTraining: { image: ArtifactRef; similarity: number; nearCopy: boolean } | null;
  asked: AskedPart[];
  /** Cosine of prompt and image; null: no CLIP model is set. */
  clip: number | null;
  crossCheck: { identity: number | null; agrees: boolean } | null;
}

export interface AskedPart {
  /** Of what the prompt asks. */
  part: 'faces' | 'pose' | 'expression' | 'framing';
  asked: string;
  found: string;
  met: boolean;
}

export interface Strip {
  /** Its id. */
  prompt: string;
  text: string;
  /** Of several: each has strips of its own. */
  strength?: number;
  /** One picture per step (first seed), ascending, then the further seeds. */
  images: { step: number; seed: number; image: ArtifactRef; identity: number | null; server?: string }[];
  /** The same prompt and seed without LoRA. */
  baseline: { seed: number; image: ArtifactRef; identity: number | null; server?: string } | null;
}

export interface Choice {
  /** Null where no checkpoint is chosen. */
  step: number | null;
  /** Of several: at which the checkpoint is to be used. Where none is chosen, the one that comes closest. */
  strength?: number;
  /** By which every sweep is judged, in words. */
  rule: string;
  /** Why this one, or none, with the figures. */
  reason: string;
  /** Why this checkpoint and not its neighbours, a sentence each; the rule's words, also where a person chose. */
  explanation?: string[];
  /** Where nothing separates the checkpoints: the earliest, which the last stage then shows. */
  asGoodAsAny?: number | null;
  /** Who decided: the rule, or a person. */
  by: 'rule' | 'person';
  /** The rule's own word, where a person decided. */
  advice?: { step: number | null; strength?: number; reason: string };
}

/** What a person is asked at a gate. */
export interface GateQuestion {
  gate: Gate;
  text: string;
  options: GateOption[];
}

export interface GateOption {
  /** What `--pick` and `--drop` take. */
  index: number;
  image: ArtifactRef;
  /** Null: no face, or nothing to compare with. */
  identity: number | null;
  /** For people: the view, or the checkpoint. */
  name?: string;
  /** At the gate `checkpoint`. */
  step?: number;
  /** Of several. */
  strength?: number;
  /** What stands where nobody picks. */
  proposed?: boolean;
}

/** The chosen step; on a tie the one that the last stage shows. */
export const stepShown = (choice: Choice | null): number | null => choice?.step ?? choice?.asGoodAsAny ?? null;

export interface TrainingRecord {
  steps: number;
  /** In steps. */
  saveEvery: number;
  /** See `TrainLoraResult`. */
  resumes: { attempt: number; fromStep: number; atStep: number }[];
  /** [step, loss], thinned to at most 600 points. */
  loss: [number, number][];
  /** [step, loss on the held-out pictures], where it was asked for. */
  validation?: [number, number][];
  seconds: number;
  /** Where it ended before its last step, as the rule of `training.stop` says. */
  stopped?: TrainingStopped;
}

export const stepsTrained = ({ steps, stopped }: TrainingRecord): number => stopped?.at ?? steps;

/** Why a training may stop: see `stopReason`. */
export interface TrainingStop {
  kind: 'locked' | 'copies' | 'person';
  /** The checkpoint at which the rule, or a person, said so. */
  decidedAt: number;
  /** The checkpoint at which identity most likely stopped rising; or the first of two that copy. */
  since: number;
  /** Of `locked`: the chance, 0 to 1, that it had stopped rising `by` this checkpoint. */
  by?: number;
  chance?: number;
  /** Of `person`: who, where that is known. */
  who?: string;
  /** Of `copies`: what the guard found. */
  why?: string;
}

export interface TrainingStopped extends TrainingStop {
  /** The last checkpoint that is saved, in steps. */
  at: number;
  /** In words: "stopped at 2000 of 3000: ...". */
  reason: string;
}

/** What it cost to see whether a training may stop. */
export interface WatchCost {
  checkpoints: number;
  /** Rendered for it; those that the sweep needs are counted too. */
  images: number;
}

export interface TimelineEvent {
  /** ISO 8601 */
  at: string;
  stage: StageId | 'sweep' | 'run';
  kind: 'start' | 'end' | 'retry' | 'resume' | 'wait' | 'help' | 'checkpoint' | 'decision' | 'reuse';
  text: string;
}

export interface SetScores {
  identity: Score;
  /** By the prompt's id. */
  perPrompt: Record<string, Score>;
  /** By the pose found; a bin without a picture is left out. Empty where no pose is known. */
  perPose: Record<string, Score>;
  /** Mean of nearest-training similarity minus identity; null without training pictures. */
  memorisation: number | null;
}

/** What a report says of the embedder that measured. */
export interface EmbedderProvenance {
  name: string;
  /** Cosine from which on it takes two pictures for one person. */
  threshold: number;
  licence: string;
  /** Whether the licence allows commercial use. */
  commercial: boolean;
  /** Where its files come from: a URL, or a package. */
  source: string;
  files: { name: string; sha256: string }[];
}

/** The loss on the held-out pictures, after the update of that step. */
export interface ValidationLoss {
  step: number;
  loss: number;
}

/** A sound checkpoint, published. */
export interface CheckpointSaved {
  step: number;
  lora: ArtifactRef;
  /** Of what a resume needs beside it. Older runs do not tell. */
  stateBytes?: number;
  /** As last reported when it was saved. */
  loss?: number;
  validation?: ValidationLoss;
}
