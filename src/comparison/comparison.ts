import type { PairedVerdict } from '../choice/compare-sweeps.js';
import type { Difference } from './differences.js';

/** Two of the runs, by their place among them. */
export interface ComparedPair {
  first: string;
  second: string;
  /** Null where fewer than two prompts and seeds are the same. */
  verdict: PairedVerdict | null;
  /** False: identity was measured against other images, or by other models. */
  isSameMeasure: boolean;
}

export interface Comparison {
  azit: 1;
  runs: { id: string; name: string; model: string; state: string; step: number | null; identity: number | null }[];
  differences: Difference[];
  /** Each later run against the first. */
  pairs: ComparedPair[];
  strips: { prompt: string; text: string; images: { run: string; path: string }[] }[];
}

/** The strips of one prompt, a run each. */
export interface PromptStrips {
  prompt: string;
  text: string;
  images: { run: string; path: string; bytes: Buffer }[];
}
