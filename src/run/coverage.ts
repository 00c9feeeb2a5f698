import type { ViewRequest } from '../project/families/family.js';

/** A view that is asked for, and what came of it. Each is a bin of its own: yaw, pitch, distance, expression and setting. */
export interface CoverageBin extends Pick<ViewRequest, 'yaw' | 'pitch' | 'distance' | 'expression'> {
  /** `keyOf` the view. */
  view: string;
  /** Where it varies. */
  light?: string;
  /** 1, or 0. */
  kept: number;
  /** Images rendered for it. */
  renders: number;
  /** Of those, what a person left out; absent: none. */
  dropped?: number;
}

export interface Coverage {
  bins: CoverageBin[];
  kept: number;
  renders: number;
  /** Views that would have an image, had a person not left it out; absent: none. */
  dropped?: number;
  /** What is lacking and what that costs, in words; null: nothing. */
  lacks: string | null;
}
