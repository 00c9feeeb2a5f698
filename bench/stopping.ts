import { readFileSync } from 'node:fs';
import { seededRandom } from '../src/choice/random.js';
import type { CheckpointSamples } from '../src/choice/trajectory.js';
import { kinds } from './choice/kinds.js';
import { parseArgs } from 'node:util';
import { figure } from './figure.js';
import { leastFalseStops } from './stopping/bound.js';
import { drawnStop, saves, type Stopped } from './stopping/drawn.js';
import { realStops, type RealSweep } from './stopping/real.js';

/**
 * What `training.stop: when-locked` saves and costs: `npm run bench:stopping -- [DRAWS]`, by default 100 of each kind of
 * `bench/choice/kinds.ts` and 100 of each real sandbox sweep. A training of 15 checkpoints is watched with the first four
 * prompts and two seeds, and the trainer saves one checkpoint more until it stops. Saved: part of all steps. Added
 * regret: how much further than after a whole training the true identity of the named checkpoint lies below that of the
 * best sound one. Stopped before locking: nothing that is saved by then is within 0.01 of the best. `--frontier` does it
 * with other chances than the rule's too: more steps saved, or fewer stops before locking; and says what a rule that saw
 * true identities would have to miss.
 */
const { values, positionals } = parseArgs({
  options: { frontier: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const draws = Number(positionals[0] ?? 100);
/** After a plateau, which looks like any other until then. */
const risesAgain = ['double rise', 'copies, identity still rises'];

function drawAll(chance?: number): Stopped[] {
  return Object.keys(kinds).flatMap((kind) =>
    Array.from({ length: draws }, (_, seed) => drawnStop(kind, seed + 1, chance)),
  );
}
const judgedOf = (stops: Stopped[]) => stops.filter(({ isUseless, isTie }) => !isUseless && !isTie);

const all = drawAll();
const judged = judgedOf(all);
const withoutDouble = judged.filter(({ kind }) => kind !== 'double rise');
const risingOnce = judged.filter(({ kind }) => !risesAgain.includes(kind));
const locking = (from: number, to: number) => judged.filter(({ lockedAt }) => lockedAt > from && lockedAt <= to);
const early = locking(0, 0.4);

console.log(`drawn, ${draws} of each of ${Object.keys(kinds).length} kinds:`);
for (const kind of Object.keys(kinds))
  tell(
    kind,
    all.filter((one) => one.kind === kind),
  );
console.log('of those with a best checkpoint, by when identity locks:');
tell('by 40 % of the training', early);
tell('by 40 to 70 %', locking(0.4, 0.7));
tell('after 70 %', locking(0.7, 1));
tell('all', judged);
tell('all but double rises', withoutDouble);
tell('all but those whose identity rises again after a plateau', risingOnce);
if (values.frontier) {
  console.log('with other chances than the rule of 0.86, all and those that lock by 40 %:');
  for (const chance of [0.7, 0.8, 0.9, 0.95, 0.98, 0.99]) {
    const others = judgedOf(drawAll(chance));
    tell(`${chance}`, others);
    tell(
      `${chance}, by 40 %`,
      others.filter(({ lockedAt }) => lockedAt <= 0.4),
    );
  }
  // Of so many, as the policy is made for the very trainings on which it is measured.
  const bound = 100 * leastFalseStops(400, saves, 0.2);
  console.log(`to save 20 % there, a rule that saw true identities stops ${bound.toFixed(1)} % of all before locking`);
}

const real = ['p-7-8e-4', 'p-21-def', 'p-58-8e-4'].map((file) => {
  const text = readFileSync(new URL(`choice/sweeps/${file}.json`, import.meta.url), 'utf8');
  const sweep = JSON.parse(text) as { checkpoints: CheckpointSamples[]; baseline: CheckpointSamples };
  return { file, ...sweep } satisfies RealSweep & { file: string };
});
console.log(`real sandbox trainings, ${draws} choices of seeds each:`);
const random = seededRandom(5);
const realAll = real.map((sweep) => {
  const stops = realStops(sweep, draws, random);
  tell(sweep.file, stops);
  return stops;
});

figure('saved where identity locks by 40 %', [percent(early, ({ saved }) => saved)], '% of steps', { least: 20 });
figure(
  'added regret, p95',
  [
    quantile(
      judged.map(({ added }) => added),
      0.95,
    ),
  ],
  'of cosine',
  { most: 0.01 },
);
figure('stopped before locking', [percent(judged, isFalse)], '%', { most: 2 });
figure('stopped before locking, but for double rises', [percent(withoutDouble, isFalse)], '%', { most: 2 });
figure('stopped before locking, but for those that rise again', [percent(risingOnce, isFalse)], '%', { most: 2 });
figure(
  'real: added regret, p95',
  [
    quantile(
      realAll.flat().map(({ added }) => added),
      0.95,
    ),
  ],
  'of cosine',
  { most: 0.01 },
);

function isFalse({ isTooEarly }: Pick<Stopped, 'isTooEarly'>): number {
  return isTooEarly ? 1 : 0;
}

function tell(what: string, stops: readonly Pick<Stopped, 'saved' | 'added' | 'isTooEarly' | 'hasStopped'>[]): void {
  const added = stops.map((one) => one.added);
  console.log(
    `  ${what}: ${stops.length}, saved ${percent(stops, ({ saved }) => saved).toFixed(1)} %, ` +
      `stopped ${percent(stops, ({ hasStopped }) => (hasStopped ? 1 : 0)).toFixed(0)} %, ` +
      `before locking ${percent(stops, isFalse).toFixed(1)} %, ` +
      `added regret ${mean(added).toFixed(4)} (p95 ${quantile(added, 0.95).toFixed(4)}, ` +
      `above 0.01 in ${percent(stops, (one) => (one.added > 0.01 ? 1 : 0)).toFixed(1)} %)`,
  );
}

function percent<T>(of: readonly T[], value: (one: T) => number): number {
  return 100 * mean(of.map(value));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(at * (values.length - 1))] ?? 0;
}
