import { seededRandom } from '../../src/identity/random.js';
import type { ChoiceInput } from '../../src/identity/verdict.js';

/** A sweep with known truth: what each checkpoint's identity is on average, and how pictures scatter around it. */
export interface Trajectory {
  /** Mean identity of each checkpoint. */
  identity: number[];
  baseline: number;
  /** Nearest-training similarity minus identity, per checkpoint; default 0.1 throughout. */
  copying?: number[];
  /** Standard deviation of a picture around its checkpoint's mean, beside what its prompt and seed do to all. */
  noise?: number;
  prompts?: number;
  seeds?: number;
  /** Share of pictures without a face, per checkpoint. */
  noFace?: number[];
  /** This prompt never rises above the baseline. */
  failingPrompt?: boolean;
}

export const stepOf = (index: number): number => 200 * (index + 1);

/** Draws one sweep. Prompt and seed shift a picture the same way at every checkpoint, as they do in real sweeps. */
export function simulate(trajectory: Trajectory, randomSeed: number): ChoiceInput {
  const { identity, baseline, noise = 0.05, prompts = 4, seeds = 3 } = trajectory;
  const normal = normals(randomSeed);
  const random = seededRandom(randomSeed + 77);
  const cells = Array.from({ length: prompts }, (_, prompt) => {
    const ofPrompt = 0.06 * normal();
    return Array.from({ length: seeds }, (_, seed) => ({ prompt, seed, shift: ofPrompt + 0.04 * normal() }));
  }).flat();
  const sample = (prompt: number, seed: number, mean: number, lost: number, copying: number) => {
    const value = mean + noise * normal();
    const identity = random() < lost ? null : value;
    return {
      prompt: `prompt-${prompt}`,
      seed,
      identity,
      nearestTraining: identity === null ? null : value + copying + 0.02 * normal(),
    };
  };
  return {
    checkpoints: identity.map((mean, index) => ({
      step: stepOf(index),
      samples: cells.map(({ prompt, seed, shift }) => {
        const reached = trajectory.failingPrompt && prompt === 0 ? baseline : mean;
        return sample(
          prompt,
          seed,
          reached + shift,
          trajectory.noFace?.[index] ?? 0,
          trajectory.copying?.[index] ?? 0.1,
        );
      }),
    })),
    baseline: cells.map(({ prompt, seed, shift }) =>
      sample(prompt, seed, baseline + shift, trajectory.noFace?.[0] ?? 0, 0.1),
    ),
  };
}

/** Rises evenly until `locksAt` (an index), then stays. */
export function locking(count: number, locksAt: number, from = 0.3, to = 0.7): number[] {
  return Array.from({ length: count }, (_, index) => from + (to - from) * Math.min(1, (index + 1) / (locksAt + 1)));
}

function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
