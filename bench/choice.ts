import { readFileSync } from 'node:fs';
import { seededRandom } from '../src/choice/random.js';
import { gainForSure } from '../src/choice/sure-gain.js';
import { stillRises } from '../src/choice/still-rises.js';
import type { CheckpointSamples } from '../src/choice/trajectory.js';
import type { ChoiceInput } from '../src/choice/verdict.js';
import { decideOf, rules } from './choice/rules.js';
import { narrowed } from './choice/window.js';
import { drawSweep, kinds } from './choice/kinds.js';
import type { DrawnSweep } from './choice/draw.js';
import { figure } from './figure.js';

/**
 * The rule beside simpler ones: on sweeps drawn with known truth (`bench/choice/kinds.ts`), and on three real sandbox
 * trainings, of which three seeds a prompt choose and the other seeds judge. `npm run bench:choice [DRAWS]`, by default
 * 200 of each kind. Regret: how far the true identity of the named checkpoint lies below that of the best sound one.
 * Lateness: how much of the sweep lies between the first checkpoint within 0.01 of the best and the named one.
 */
const draws = Number(process.argv[2] ?? 200);
/** The draws are read in blocks, so that the range says how much a figure owes to its draws. */
const blocks = 5;
const names = Object.keys(rules);
const random = seededRandom(11);

interface Tally {
  regret: number[];
  late: number[];
}
const tallies = new Map(names.map((name): [string, Tally] => [name, { regret: [], late: [] }]));
const [ties, missed, boundsTooHigh, falseRises]: boolean[][] = [[], [], [], []];
/** Of sweeps of the later steps alone, with the anchor of the guards: beside the whole sweep of the same images. */
const [otherPicks, namedRuledOut]: boolean[][] = [[], []];
const perKind = new Map<string, { none: number; regret: number[] }>();

for (const kind of Object.keys(kinds)) for (let seed = 1; seed <= draws; seed++) judge(kind, drawSweep(kind, seed));

console.log(`drawn, ${draws} of each of ${perKind.size} kinds:`);
for (const [kind, { none, regret }] of perKind)
  console.log(`  ${kind}: regret ${mean(regret).toFixed(4)}, no clear winner ${percent(none, draws)} %`);
for (const [name, { regret, late }] of tallies)
  console.log(
    `  ${name}: regret ${mean(regret).toFixed(4)} (p95 ${quantile(regret, 0.95).toFixed(3)}), lateness ${mean(late).toFixed(3)}`,
  );

const regretOf = (name: string): number => mean(tallies.get(name)?.regret ?? []);
const share = (hits: readonly boolean[]): number[] => inBlocks(hits.map(Number)).map((block) => 100 * mean(block));
figure('regret, drawn', inBlocks(tallies.get('ours')?.regret ?? []).map(mean), 'of cosine', {
  most: Math.min(regretOf('one paired standard error'), regretOf('change point at 0.5, with a veto')),
});
figure('a false winner of ties', share(ties), '%', { most: 5 });
figure('no winner where there is one', share(missed), '%', { most: 15 });
figure('bound above the true gain', share(boundsTooHigh), '%', { most: 5 });
figure('said to rise still, on a plateau', share(falseRises), '%', { most: 5 });
real();
figure('another pick where early steps are not swept', share(otherPicks), '%', { most: 3 });
figure('a step named that the whole sweep rules out', share(namedRuledOut), '%', { most: 2 });

function judge(kind: string, sweep: DrawnSweep): void {
  const decision = decideOf(sweep.input);
  const of = perKind.get(kind) ?? { none: 0, regret: [] };
  perKind.set(kind, of);
  if (sweep.isTie) ties.push(decision.chosen !== null);
  if (decision.chosen === null) of.none++;
  if (sweep.isTie || sweep.isUseless) return;
  missed.push(decision.chosen === null);
  const { truth, spoilt } = sweep;
  narrow(sweep.input, [1 + Math.floor(random() * (truth.length - 3))]);
  const sound = [...truth.keys()].filter((row) => !spoilt[row]);
  const top = Math.max(...sound.map((row) => truth[row]));
  const first = sound.find((row) => truth[row] >= top - 0.01) ?? 0;
  for (const [name, tally] of tallies) {
    const row = rules[name](decision);
    if (row === null) continue;
    tally.regret.push(Math.max(0, top - truth[row]));
    tally.late.push((row - first) / (truth.length - 1));
    if (name === 'ours') of.regret.push(Math.max(0, top - truth[row]));
  }
  const { identity, baseline } = decision.grid;
  const named = decision.chosen ?? decision.asGoodAsAny;
  if (named === null) return;
  const bound = gainForSure(identity, baseline, named, 0.025);
  if (bound !== null) boundsTooHigh.push(bound > truth[named] - sweep.without);
  if (kind === 'locks early') falseRises.push(stillRises(decision.sound.map((row) => identity[row])));
}

/** @param froms how many early steps are left out */
function narrow(input: ChoiceInput, froms: readonly number[]): void {
  for (const from of froms) {
    const { differs, namesRuledOut } = narrowed(input, from);
    if (differs !== null) otherPicks.push(differs);
    namedRuledOut.push(namesRuledOut);
  }
}

/** Three seeds a prompt choose, the other seeds judge, a hundred times a sweep. */
function real(): void {
  const regrets = new Map(names.map((name): [string, number[]] => [name, []]));
  for (const file of ['p-7-8e-4', 'p-21-def', 'p-58-8e-4']) {
    const text = readFileSync(new URL(`choice/sweeps/${file}.json`, import.meta.url), 'utf8');
    const sweep = JSON.parse(text) as { checkpoints: CheckpointSamples[]; baseline: CheckpointSamples };
    const seeds = seededRandom(7);
    const steps = new Map(names.map((name): [string, number[]] => [name, []]));
    for (let time = 0; time < 100; time++) {
      const chosen = someSeeds(sweep.baseline, seeds);
      const part = (isChosen: boolean, { step, samples }: CheckpointSamples) => {
        return { step, samples: samples.filter(({ seed }) => chosen.has(seed) === isChosen) };
      };
      const truth = sweep.checkpoints.map((one) =>
        mean(part(false, one).samples.flatMap(({ identity }) => identity ?? [])),
      );
      const baseline = part(true, sweep.baseline).samples;
      const input = { checkpoints: sweep.checkpoints.map((one) => part(true, one)), baseline };
      const decision = decideOf(input);
      if (time % 5 === 0) narrow(input, [3, 6, 10]);
      for (const name of names) {
        const row = rules[name](decision) ?? 0;
        regrets.get(name)?.push(Math.max(...truth) - truth[row]);
        steps.get(name)?.push(sweep.checkpoints[row].step);
      }
    }
    console.log(`  ${file}: ${names.map((name) => `${name} ${Math.round(mean(steps.get(name) ?? []))}`).join(', ')}`);
  }
  for (const [name, regret] of regrets) console.log(`  real, ${name}: regret ${mean(regret).toFixed(4)}`);
  const ofRule = (name: string): number => mean(regrets.get(name) ?? []);
  figure('regret, real', [ofRule('ours')], 'of cosine', {
    most: Math.max(0.0016, Math.min(ofRule('one paired standard error'), ofRule('change point at 0.5, with a veto'))),
  });
}

function someSeeds({ samples }: CheckpointSamples, random: () => number): Set<number> {
  const chosen = new Set<number>();
  for (const prompt of new Set(samples.map((sample) => sample.prompt))) {
    const seeds = samples.filter((sample) => sample.prompt === prompt).map(({ seed }) => seed);
    for (let count = 0; count < 3; count++) chosen.add(seeds.splice(Math.floor(random() * seeds.length), 1)[0]);
  }
  return chosen;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(at * (values.length - 1))];
}

function percent(count: number, of: number): string {
  return ((100 * count) / of).toFixed(1);
}

function inBlocks<T>(values: readonly T[]): T[][] {
  const size = Math.ceil(values.length / blocks);
  return Array.from({ length: blocks }, (_, at) => values.slice(at * size, (at + 1) * size)).filter(
    (block) => block.length > 0,
  );
}
