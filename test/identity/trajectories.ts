import { seededRandom } from '../../src/identity/random.js';
import type { Trajectory } from './simulation.js';

/** What can become of a training, as far as the choice is concerned. */
export const kinds = [
  'locks early',
  'locks late',
  'never rises',
  'peaks and collapses',
  'overfits with identity still rising',
  'ties',
  'noisy few seeds',
  '30 % without a face',
  'one prompt failing',
] as const;

export type Kind = (typeof kinds)[number];

export interface KnownTrajectory {
  trajectory: Trajectory;
  /** Index of the checkpoint to ship; null: none is to be named. */
  truth: number | null;
}

/** Where identity is this near to its top (as a share of the whole rise), it has locked in. */
const lockedShare = 0.05;

/** One trajectory of a kind: its length, level, shape, noise, prompts, seeds and spacing are drawn too. */
export function drawTrajectory(kind: Kind, randomSeed: number): KnownTrajectory {
  const random = seededRandom(randomSeed * 7919 + 13);
  const between = (low: number, high: number) => low + (high - low) * random();
  const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const count = whole(5, 10);
  const baseline = between(0.1, 0.4);
  const top = baseline + between(0.2, 0.35);
  const common = {
    baseline,
    noise: between(0.02, 0.06),
    outlierEvery: random() < 0.25 ? 15 : 0,
    prompts: whole(3, 6),
    seeds: whole(2, 4),
    promptSpread: between(0.02, 0.1),
    seedSpread: between(0.01, 0.05),
    uptakeSpread: between(0, 0.15),
    stepSize: 50 * whole(1, 10),
    copying: Array<number>(count).fill(between(0.03, 0.12)),
  };
  const shape = [(t: number) => t, (t: number) => Math.sin((t * Math.PI) / 2), (t: number) => t * t * (3 - 2 * t)][
    whole(0, 2)
  ];
  const risingTo = (locksAt: number) =>
    Array.from(
      { length: count },
      (_, at) => baseline + (top - baseline) * shape(Math.min(1, (at + 1) / (locksAt + 1))),
    );
  const locks = (locksAt: number, more: Partial<Trajectory> = {}): KnownTrajectory => {
    const identity = risingTo(locksAt);
    return { trajectory: { ...common, identity, ...more }, truth: lockedIn(identity) };
  };
  const lockedIn = (identity: number[]) => identity.findIndex((value) => value >= top - lockedShare * (top - baseline));
  switch (kind) {
    case 'locks early':
      return locks(whole(1, 2));
    case 'locks late':
      return locks(whole(count - 3, count - 1));
    case 'never rises': {
      const sinks = random() < 0.5 ? between(0, 0.1) : 0;
      const identity = Array.from({ length: count }, (_, at) => baseline - (sinks * at) / count);
      return { trajectory: { ...common, identity }, truth: null };
    }
    case 'peaks and collapses': {
      const peak = whole(1, count - 2);
      const fall = between(0.04, 0.15);
      const identity = risingTo(peak).map((value, at) => (at <= peak ? value : top - fall * (at - peak)));
      return { trajectory: { ...common, identity }, truth: lockedIn(identity) };
    }
    case 'overfits with identity still rising': {
      const last = whole(2, count - 2);
      const [rise, copies] = [between(0.005, 0.02), between(0.05, 0.1)];
      const identity = risingTo(last).map((value, at) => (at <= last ? value : top + rise * (at - last)));
      const copying = common.copying.map((value, at) => value + copies * Math.max(0, at - last));
      return { trajectory: { ...common, identity, copying }, truth: lockedIn(identity) };
    }
    case 'ties':
      return { trajectory: { ...common, uptakeSpread: 0, identity: Array<number>(count).fill(top) }, truth: null };
    case 'noisy few seeds':
      return locks(whole(1, count - 1), { noise: between(0.03, 0.06), prompts: whole(4, 6), seeds: whole(1, 2) });
    case '30 % without a face':
      return locks(whole(1, count - 1), { noFace: Array<number>(count).fill(0.3) });
    case 'one prompt failing':
      return locks(whole(1, count - 1), { failingPrompt: true, prompts: whole(4, 6) });
  }
}

/** Within one checkpoint of the truth, or rightly none. */
export const isRight = (found: number | null, truth: number | null): boolean =>
  found === null || truth === null ? found === truth : Math.abs(found - truth) <= 1;
