import type { Measured } from './record.js';

/** Read from the 68 landmarks; ratios without a unit, so that the size of the picture does not matter. */
export interface Expression {
  /** Gap between the inner lips over their width: about 0 closed, 0.3 and more open. */
  mouthOpen: number;
  /** Width of the mouth over the distance of the eyes' centres; grows with a smile. */
  mouthWidth: number;
  /** Height of the eyes over their width, both together: about 0.3 open, below 0.15 shut. */
  eyesOpen: number;
}

/** What the face models found in one picture of a batch. A bad picture is a result, with 0 faces and its error. */
export interface ScoredPicture {
  key: string;
  measured: Measured;
  expression: Expression | null;
  /** The key of an earlier picture that this one nearly repeats. */
  duplicateOf: string | null;
  /** Highest cosine to another picture of the set's largest group of one person, where that was asked for. */
  toOthers?: number | null;
  /** One sentence: why the picture could not be read. */
  error: string | null;
}
