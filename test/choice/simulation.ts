import { seededRandom } from '../../src/choice/random.js';
import type { ChoiceInput } from '../../src/choice/verdict.js';

/** A sweep with known truth: what each checkpoint's identity is on average, and how pictures scatter around it. */
export interface Trajectory {
  /** Mean identity of each checkpoint. */
  identity: number[];
  baseline: number;
  /** Nearest-training similarity minus identity, per checkpoint; default 0.1 throughout. */
  copying?: number[];
  /** Standard deviation of a picture around its checkpoint's mean, beside what its prompt and seed do to all. */
  noise?: number;
  /** One picture in this many is an outlier, three times as noisy; 0: none. */
  outlierEvery?: number;
  prompts?: number;
  seeds?: number;
  /** What a prompt, and a seed of it, does to all its pictures. */
  promptSpread?: number;
  seedSpread?: number;
  /** Prompts take the LoRA more or less: spread of the factor on the gain over the baseline. */
  uptakeSpread?: number;
  /** Share of pictures without a face, per checkpoint. */
  noFace?: number[];
  /** This prompt never rises above the baseline. */
  failingPrompt?: boolean;
  stepSize?: number;
}

export const stepOf = (index: number, stepSize = 200): number => stepSize * (index + 1);

/** Draws one sweep. Prompt and seed shift a picture the same way at every checkpoint, as they do in real sweeps. */
export function simulate(trajectory: Trajectory, randomSeed: number): ChoiceInput {
  const { identity, baseline, noise = 0.05, prompts = 4, seeds = 3, outlierEvery = 0 } = trajectory;
  const { promptSpread = 0.06, seedSpread = 0.04, uptakeSpread = 0, stepSize } = trajectory;
  const normal = normals(randomSeed);
  const random = seededRandom(randomSeed + 77);
  const cells = Array.from({ length: prompts }, (_, prompt) => {
    const ofPrompt = promptSpread * normal();
    const uptake = trajectory.failingPrompt && prompt === 0 ? 0 : 1 + uptakeSpread * normal();
    return Array.from({ length: seeds }, (_, seed) => {
      return { prompt, seed, uptake, shift: ofPrompt + seedSpread * normal() };
    });
  }).flat();
  const sampleOf = ({ prompt, seed, uptake, shift }: (typeof cells)[number], mean: number, lost = 0, copying = 0.1) => {
    const wild = outlierEvery > 0 && random() < 1 / outlierEvery ? 3 : 1;
    const value = cosine(baseline + (mean - baseline) * uptake + shift + wild * noise * normal());
    const identity = random() < lost ? null : value;
    const nearest = cosine(value + copying + 0.02 * normal());
    return { prompt: `prompt-${prompt}`, seed, identity, nearestTraining: identity === null ? null : nearest };
  };
  return {
    checkpoints: identity.map((mean, index) => ({
      step: stepOf(index, stepSize),
      samples: cells.map((cell) => sampleOf(cell, mean, trajectory.noFace?.[index], trajectory.copying?.[index])),
    })),
    baseline: cells.map((cell) => sampleOf(cell, baseline, trajectory.noFace?.[0])),
  };
}

const cosine = (value: number): number => Math.min(1, Math.max(-1, value));

/** Rises evenly until `locksAt` (an index), then stays. */
export function locking(count: number, locksAt: number, from = 0.3, to = 0.7): number[] {
  return Array.from({ length: count }, (_, index) => from + (to - from) * Math.min(1, (index + 1) / (locksAt + 1)));
}

function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
