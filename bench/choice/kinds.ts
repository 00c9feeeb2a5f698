import { Draw, scored, type DrawnSweep, type Training } from './draw.js';

/** A checkpoint that copies this much more than the first one is spoilt. */
const spoiltCopying = 0.05;
/** A rise of less than this over no LoRA is none. */
const leastRise = 0.02;

type Shape = (t: number, draw: Draw) => number;

/** What becomes of a training: `rise` of 1 is the whole way from no LoRA to the top, `t` runs from 0 to 1. */
interface Kind {
  rise: (draw: Draw, count: number) => number[];
  change?: (training: Training, draw: Draw, top: number) => void;
  isTie?: boolean;
  isUseless?: boolean;
}

const along = (count: number, shape: (t: number) => number): number[] =>
  Array.from({ length: count }, (_, row) => shape((row + 1) / count));

const saturating = (draw: Draw, count: number): number[] => {
  const pace = draw.between(1.5, 8);
  return along(count, (t) => (1 - Math.exp(-pace * t)) / (1 - Math.exp(-pace)));
};

const locking =
  (from: number, to: number): Kind['rise'] =>
  (draw, count) => {
    const at = draw.between(from, to);
    const shape = ([(t) => t, (t) => Math.sin((t * Math.PI) / 2), (t) => t * t * (3 - 2 * t)] satisfies Shape[])[
      draw.whole(0, 2)
    ];
    return along(count, (t) => shape(Math.min(1, t / at)));
  };

const flat: Kind['rise'] = (_, count) => Array<number>(count).fill(1);

const waver = (training: Training, draw: Draw, spread: number): void => {
  for (const row of training.levels) {
    const shift = spread * draw.normal();
    for (const prompt of row.keys()) row[prompt] += shift;
  }
};

const interact = (training: Training, draw: Draw, spread: number): void => {
  for (const row of training.levels) for (const prompt of row.keys()) row[prompt] += spread * draw.normal();
};

/** Each prompt drifts by itself, slowly: what makes single prompts peak at steps of their own. */
const drift = (training: Training, draw: Draw, spread: number): void => {
  for (const prompt of training.baseline.keys()) {
    const [height, peak] = [spread * draw.normal(), draw.between(0, 1)];
    for (const [row, levels] of training.levels.entries())
      levels[prompt] += height * (1 - 2 * Math.abs((row + 1) / training.levels.length - peak));
  }
};

export const kinds: Record<string, Kind> = {
  saturating: { rise: saturating },
  'saturating, wavering': {
    rise: saturating,
    change: (training, draw) => waver(training, draw, draw.between(0.003, 0.01)),
  },
  'locks early': { rise: locking(0.1, 0.4) },
  'locks late': { rise: locking(0.7, 1) },
  'still rising at the end': {
    rise: (draw, count) => {
      const power = draw.between(0.8, 1.6);
      return along(count, (t) => t ** power);
    },
  },
  'double rise': {
    rise: (draw, count) => {
      const [first, half, second] = [draw.between(0.15, 0.35), draw.between(0.5, 0.8), draw.between(0.6, 0.85)];
      return along(
        count,
        (t) => half * Math.min(1, t / first) + (1 - half) * Math.min(1, Math.max(0, (t - second) / 0.1)),
      );
    },
  },
  'noisy plateau, wavering': {
    rise: locking(0.1, 0.6),
    change: (training, draw) => {
      waver(training, draw, draw.between(0.005, 0.02));
      training.noise = training.noise.map((noise) => noise * draw.between(1, 1.8));
    },
  },
  'peaks and collapses': {
    rise: (draw, count) => {
      const [peak, fall] = [draw.between(0.3, 0.8), draw.between(0.2, 0.9)];
      return along(count, (t) =>
        t <= peak ? Math.sin(((t / peak) * Math.PI) / 2) : 1 - (fall * (t - peak)) / (1 - peak),
      );
    },
  },
  'one prompt collapses late': {
    rise: locking(0.2, 0.7),
    change: (training, draw) => {
      const [from, by] = [draw.between(0.5, 0.8), draw.between(0.1, 0.3)];
      for (const [row, levels] of training.levels.entries()) {
        const t = (row + 1) / training.levels.length;
        levels[0] -= by * Math.max(0, (t - from) / (1 - from));
      }
    },
  },
  'one prompt never works': {
    rise: locking(0.2, 0.9),
    change: (training) => {
      for (const levels of training.levels) levels[0] = training.baseline[0];
    },
  },
  'profiles are noisier': {
    rise: saturating,
    change: (training, draw) => {
      training.noise = training.noise.map((noise, prompt) => (prompt % 2 === 0 ? noise * draw.between(2, 4) : noise));
    },
  },
  'faces missing where identity is low': {
    rise: locking(0.2, 0.9),
    change: (training, draw) => {
      const [most, slope] = [draw.between(0.3, 0.8), draw.between(1, 3)];
      training.noFace = (identity) => Math.max(0.02, Math.min(0.9, most - slope * Math.max(0, identity - 0.2)));
    },
  },
  'a third without a face': { rise: locking(0.2, 0.9), change: (training) => void (training.noFace = () => 0.3) },
  'two prompts, one seed': {
    rise: locking(0.2, 0.9),
    change: (training) => {
      training.baseline.length = 2;
      for (const levels of training.levels) levels.length = 2;
      training.seeds = 1;
    },
  },
  'few seeds': { rise: locking(0.2, 0.9), change: (training, draw) => void (training.seeds = draw.whole(1, 2)) },
  'at the ceiling': {
    rise: locking(0.2, 0.8),
    change: (training, _, top) => void (training.ceiling = top + 0.02),
  },
  'copies, identity stands': {
    rise: locking(0.2, 0.5),
    change: (training, draw) => copying(training, draw, 0),
  },
  'copies, identity still rises': {
    rise: locking(0.2, 0.5),
    change: (training, draw) => copying(training, draw, draw.between(0.05, 0.15)),
  },
  'copies a little, as likeness grows': {
    rise: saturating,
    change: (training, draw) => {
      const share = draw.between(0.05, 0.12);
      training.copying = training.levels.map((levels) => 0.03 + share * mean(levels));
    },
  },
  spikes: {
    rise: locking(0.2, 0.7),
    change: (training, draw) => {
      for (const levels of training.levels)
        if (draw.chance(0.15)) {
          const by = draw.between(0.05, 0.2);
          for (const prompt of levels.keys()) levels[prompt] -= by;
        }
    },
  },
  'prompts drift apart': {
    rise: locking(0.2, 0.9),
    change: (training, draw) => drift(training, draw, draw.between(0.03, 0.1)),
  },
  'prompts drift apart and waver': {
    rise: saturating,
    change: (training, draw) => {
      drift(training, draw, draw.between(0.03, 0.08));
      waver(training, draw, draw.between(0.003, 0.01));
    },
  },
  ties: { rise: flat, isTie: true },
  'ties, wavering': {
    rise: flat,
    isTie: true,
    change: (training, draw) => waver(training, draw, draw.between(0.003, 0.01)),
  },
  'ties, prompt by prompt': {
    rise: flat,
    isTie: true,
    change: (training, draw) => interact(training, draw, draw.between(0.01, 0.03)),
  },
  'ties, wavering by 0.01': { rise: flat, isTie: true, change: (training, draw) => waver(training, draw, 0.01) },
  'ties, both': {
    rise: flat,
    isTie: true,
    change: (training, draw) => {
      interact(training, draw, draw.between(0.005, 0.025));
      waver(training, draw, draw.between(0.002, 0.01));
    },
  },
  'never rises': { rise: (_, count) => Array<number>(count).fill(0), isUseless: true },
  sinks: {
    rise: (draw, count) => {
      const by = draw.between(0.1, 0.5);
      return along(count, (t) => -by * t);
    },
    isUseless: true,
  },
};

/** Copying sets in somewhere and grows; identity may go on rising with it. */
function copying(training: Training, draw: Draw, rise: number): void {
  const [from, by] = [draw.between(0.4, 0.8), draw.between(0.08, 0.3)];
  for (const [row, levels] of training.levels.entries()) {
    const late = Math.max(0, ((row + 1) / training.levels.length - from) / (1 - from));
    training.copying[row] += by * late;
    for (const prompt of levels.keys()) levels[prompt] += rise * late;
  }
}

/** One training of a kind: its length (unless `saves` says it), levels, noise, prompts, seeds and spread are drawn too. */
export function drawTraining(name: string, seed: number, saves?: number): { training: Training; draw: Draw } {
  const kind = kinds[name];
  const draw = new Draw(seed * 7919 + [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7));
  const drawn = draw.whole(5, 15);
  const count = saves ?? drawn;
  const prompts = draw.whole(3, 6);
  const from = draw.between(0.1, 0.55);
  const top = from + draw.between(0.08, 0.35);
  const promptSpread = draw.between(0.02, 0.09);
  const baseline = Array.from({ length: prompts }, () => from + promptSpread * draw.normal());
  const uptakeSpread = kind.isTie ? 0 : draw.between(0, 0.3);
  const uptake = baseline.map(() => 1 + uptakeSpread * draw.normal());
  const training: Training = {
    levels: kind.rise(draw, count).map((rise) => baseline.map((level, at) => level + rise * (top - from) * uptake[at])),
    baseline,
    copying: Array<number>(count).fill(draw.between(0.03, 0.1)),
    noise: Array<number>(prompts).fill(draw.between(0.015, 0.05)),
    alongSteps: draw.chance(0.5) ? draw.between(0, 0.6) : 0,
    seeds: draw.whole(2, 4),
    seedSpread: draw.between(0.01, 0.05),
    noFace: () => 0,
    outlierEvery: draw.chance(0.25) ? 15 : 0,
    ceiling: 1,
  };
  kind.change?.(training, draw, top);
  return { training, draw };
}

/** Its sweep. */
export function drawSweep(name: string, seed: number, saves?: number): DrawnSweep {
  const kind = kinds[name];
  const { training, draw } = drawTraining(name, seed, saves);
  const input = scored(training, draw);
  const truth = training.levels.map((levels) => mean(levels.map((level) => Math.min(level, training.ceiling))));
  const without = mean(training.baseline);
  return {
    input,
    truth,
    without,
    spoilt: training.copying.map(
      (copied, row) => copied - training.copying[0] > spoiltCopying + 0.12 * (truth[row] - truth[0]),
    ),
    isTie: kind.isTie ?? false,
    isUseless: kind.isUseless ?? Math.max(...truth) - without < leastRise,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
