import type { ArtifactRef } from './ref.js';
import type { Coverage } from './coverage.js';
import type { Spent } from './spent.js';
import type { Gate, RunState, StageId } from '../project/names.js';
import type { TrainingRecord } from './training-record.js';
import type { Score, CheckpointRecord, Generalisation } from './checkpoint-record.js';

/** What a finished or unfinished run has to show; `report.json` is this with every ref turned into a path and sha256. */
export interface ReportData {
  azit: 1;
  run: {
    id: string;
    workflowId: string;
    name: string;
    model: string;
    trigger: string;
    /** What stages 02 to 04 take turns to edit with, where the project chooses it. */
    editors?: string[];
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
  /** Which images would help where the chosen checkpoint is clearly weaker, a sentence each. */
  advice?: string[];
  /** Of the views of stages 03 and 04. Older runs have none. */
  coverage?: Coverage;
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
  /** What edited it, of stages 02 to 04. Older runs do not tell. */
  editor?: string;
  /** What it was edited from, in order, of stages 02 to 04. Older runs do not tell. */
  inputs?: ArtifactRef[];
  /** Null: not measured. */
  measured: Measured | null;
  /** What is trained on with it; has the trigger word. */
  caption?: string;
  /** Of stages 03 and 04: which of the asked views it is to show. */
  view?: string;
  /** Not trained on: a reference. */
  heldOut?: boolean;
}

export interface RejectedPicture extends Picture {
  /** For people, with the figures. */
  reason: string;
}

/** The reason of a picture that a person dropped at the gate `dataset`. */
export const leftOutByPerson = 'left out by a person';

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

export interface TimelineEvent {
  /** ISO 8601 */
  at: string;
  stage: StageId | 'sweep' | 'run';
  kind: 'start' | 'end' | 'retry' | 'resume' | 'wait' | 'help' | 'checkpoint' | 'decision' | 'reuse';
  text: string;
}

/** A stage that the run has not come to. */
export const pendingStage = (id: StageId): StageRecord => ({
  id,
  state: 'pending',
  startedAt: null,
  finishedAt: null,
  attempts: 0,
  chosen: null,
  outputs: [],
  rejected: [],
  message: null,
});
