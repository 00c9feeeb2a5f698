import type { CheckpointSamples } from '../../src/choice/trajectory.js';
import { decideOf } from '../choice/rules.js';
import type { Stopped } from './drawn.js';
import { stopIn } from './watched.js';

export interface RealSweep {
  checkpoints: CheckpointSamples[];
  baseline: CheckpointSamples;
}

/** Seeds of each prompt that choose; the others judge. */
const seedsThatChoose = 3;

/** Of a sandbox training that was swept with many seeds: some watch and choose, the others tell how good it was. */
export function realStops({ checkpoints, baseline }: RealSweep, times: number, random: () => number) {
  return Array.from({ length: times }, (): Pick<Stopped, 'saved' | 'added' | 'isTooEarly' | 'hasStopped'> => {
    const chosen = someSeeds(baseline, random);
    const part = ({ step, samples }: CheckpointSamples, isChosen: boolean): CheckpointSamples => {
      return { step, samples: samples.filter(({ seed }) => chosen.has(seed) === isChosen) };
    };
    const seen = checkpoints.map((one) => part(one, true));
    const without = part(baseline, true).samples;
    const truth = checkpoints.map((one) => meanOf(part(one, false)));
    const { last, hasStopped } = stopIn(seen, without);
    const regret = (until: number): number => {
      const { chosen, asGoodAsAny, best } = decideOf({ checkpoints: seen.slice(0, until + 1), baseline: without });
      return Math.max(...truth) - truth[chosen ?? asGoodAsAny ?? best ?? 0];
    };
    const whole = checkpoints.length - 1;
    return {
      hasStopped,
      saved: (whole - last) / checkpoints.length,
      isTooEarly: hasStopped && Math.max(...truth.slice(0, last + 1)) < Math.max(...truth) - 0.01,
      added: hasStopped ? regret(last) - regret(whole) : 0,
    };
  });
}

function someSeeds({ samples }: CheckpointSamples, random: () => number): Set<number> {
  const chosen = new Set<number>();
  for (const prompt of new Set(samples.map((sample) => sample.prompt))) {
    const seeds = samples.filter((sample) => sample.prompt === prompt).map(({ seed }) => seed);
    for (let count = 0; count < seedsThatChoose; count++)
      chosen.add(seeds.splice(Math.floor(random() * seeds.length), 1)[0]);
  }
  return chosen;
}

function meanOf({ samples }: CheckpointSamples): number {
  const known = samples.flatMap(({ identity }) => identity ?? []);
  return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
}
