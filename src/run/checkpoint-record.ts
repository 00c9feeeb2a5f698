import type { TestId } from '../project/test-prompts.js';
import type { ArtifactRef } from './ref.js';

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
  /** How much more like the person than like the nearest look-alike. */
  margin?: Score;
  /** Where the file asks for them. */
  tests?: Partial<Record<TestId, CheckpointTest>>;
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

export interface SetScores {
  identity: Score;
  /** By the prompt's id. */
  perPrompt: Record<string, Score>;
  /** By the pose found; a bin without a picture is left out. Empty where no pose is known. */
  perPose: Record<string, Score>;
  /** Mean of nearest-training similarity minus identity; null without training pictures. */
  memorisation: number | null;
  /** How much more like the person than like the nearest look-alike; absent where none are known. */
  margin?: Score;
  /** Identity in the images of each test. */
  tests?: Partial<Record<TestId, Score>>;
}

/** What a test of a checkpoint shows, beside the same prompt and seed without LoRA. */
export interface CheckpointTest {
  identity: Score;
  withoutLora: Score;
  /** Identity with the LoRA minus identity without it, pair by pair. */
  change: Score;
  /** Mean difference of the images, 0 (the same) to 1; null: not measured. */
  drift: number | null;
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

/** With the scores at one of its strengths in the first place. */
export function atStrength(checkpoint: CheckpointRecord, strength: number | undefined): CheckpointRecord {
  const found = checkpoint.strengths?.find((one) => one.strength === strength);
  if (!found) return checkpoint;
  const { strength: _, ...scores } = found;
  return { ...checkpoint, ...scores };
}

/** To follow the name of a checkpoint, where several strengths are compared. */
export const strengthWords = (strength: number | null | undefined): string =>
  typeof strength === 'number' ? ` at strength ${strength}` : '';
