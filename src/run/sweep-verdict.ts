import type { ArtifactRef } from './ref.js';
import type { Choice, Measured, Strip } from './record.js';
import type { CheckpointRecord, Generalisation } from './checkpoint-record.js';

/** A picture of a sweep as this looks at it: which prompt and seed, and what was found in it. */
export interface JudgedSample {
  /** Its id. */
  prompt: string;
  rendered: { seed: number; image: ArtifactRef; graph: ArtifactRef; server?: string };
  measured: Measured;
  /** How much more like the person than like the nearest look-alike; null: no face. */
  margin?: number | null;
}

/** The curve, the strips and the choice. */
export interface SweepVerdict {
  choice: Choice;
  checkpoints: CheckpointRecord[];
  guardAnchor: CheckpointRecord | null;
  strips: Strip[];
  graphs: { name: string; graph: ArtifactRef }[];
}

/** The pictures of one checkpoint, or of no LoRA: in the store. */
export interface StoredSet {
  /** A JSON `SweepTable`. */
  table: ArtifactRef;
  generalisation: Generalisation | null;
}

/** An image of a test. */
export interface TestSample extends JudgedSample {
  /** 24 x 24 grey values, base64 of little-endian floats; as the face engine makes it. */
  thumbnail?: string;
}
