import type { PairedVerdict } from '../choice/compare-sweeps.js';
import type { Difference } from './differences.js';
import { signed } from '../text/figures.js';

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

/** For people, in one sentence or two. */
export function pairSentence({ first, second, verdict, isSameMeasure }: ComparedPair): string {
  if (!verdict)
    return `${first} and ${second} can't be compared pair by pair: that takes a chosen checkpoint in each, and at least two images of the same prompt and seed.`;
  const { steps, pairs, difference, better } = verdict;
  const names = `${second} (step ${steps[1]}) and ${first} (step ${steps[0]})`;
  const figures = `${signed(difference, 3)} on ${pairs} images of the same prompts and seeds`;
  const told =
    better === 'neither'
      ? `${names} do not differ measurably in identity: ${figures}.`
      : `${better === 'second' ? second : first} has the measurably higher identity: ${names} differ by ${figures}.`;
  return isSameMeasure
    ? told
    : `${told} Their identities were measured against different references or by different face models, so the difference may come from the measurement.`;
}
