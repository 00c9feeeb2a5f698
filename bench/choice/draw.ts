import { seededRandom } from '../../src/choice/random.js';
import type { CheckpointSample } from '../../src/choice/trajectory.js';
import type { ChoiceInput } from '../../src/choice/verdict.js';

/** What is drawn of a training, before any image is. */
export interface Training {
  /** True identity of each checkpoint under each prompt: [row][prompt]. */
  levels: number[][];
  /** Of each prompt without any LoRA. */
  baseline: number[];
  /** How much nearer renders are to training pictures than to held-out ones, per row. */
  copying: number[];
  /** Standard deviation of one image, per prompt. */
  noise: number[];
  /** Correlation of an image with the same prompt and seed at the next checkpoint. */
  alongSteps: number;
  seeds: number;
  /** Standard deviation of what a seed does to all checkpoints. */
  seedSpread: number;
  /** Chance that an image of a given true identity shows no face. */
  noFace: (identity: number) => number;
  /** One image in this many is thrice as noisy; 0: none. */
  outlierEvery: number;
  /** No cosine is higher. */
  ceiling: number;
}

export interface DrawnSweep {
  input: ChoiceInput;
  /** True identity of each checkpoint, the mean over its prompts. */
  truth: number[];
  /** The same without any LoRA. */
  without: number;
  /** Rows that copy training pictures, or lose their faces: nobody should ship them. */
  spoilt: boolean[];
  /** No checkpoint is better than another beyond what training wavers. */
  isTie: boolean;
  /** No checkpoint is better than no LoRA. */
  isUseless: boolean;
}

export class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.#random();
  }

  whole(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }
}

/** The images of a training, scored. */
export const scored = (training: Training, draw: Draw): ChoiceInput => scoredAt([training], draw)[0];

/** The images of one training at several strengths, on the same prompts and seeds. @param at its levels and copying at each */
export function scoredAt(at: readonly Training[], draw: Draw): ChoiceInput[] {
  const [training] = at;
  const prompts = training.baseline.map((_, prompt) => prompt);
  const cells = prompts.flatMap((prompt) =>
    Array.from({ length: training.seeds }, (_, seed) => {
      return { prompt, seed, shift: training.seedSpread * draw.normal(), last: draw.normal() };
    }),
  );
  const fresh = Math.sqrt(1 - training.alongSteps ** 2);
  const sampleOf = (cell: (typeof cells)[number], level: number, copying: number): CheckpointSample => {
    cell.last = training.alongSteps * cell.last + fresh * draw.normal();
    const wild = training.outlierEvery > 0 && draw.chance(1 / training.outlierEvery) ? 3 : 1;
    const value = Math.min(training.ceiling, level + cell.shift + wild * training.noise[cell.prompt] * cell.last);
    const isLost = draw.chance(training.noFace(level));
    const nearest = Math.min(1, value + copying + 0.02 * draw.normal());
    const prompt = `prompt-${cell.prompt}`;
    return isLost
      ? { prompt, seed: cell.seed, identity: null, nearestTraining: null }
      : { prompt, seed: cell.seed, identity: value, nearestTraining: nearest };
  };
  const baseline = cells.map((cell) => sampleOf(cell, training.baseline[cell.prompt], training.copying[0]));
  return at.map(({ levels: rows, copying }) => ({
    baseline,
    checkpoints: rows.map((levels, row) => ({
      step: 200 * (row + 1),
      samples: cells.map((cell) => sampleOf(cell, levels[cell.prompt], copying[row])),
    })),
  }));
}
