import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from './dataset/audit.js';
import { likeness, readReport, shareOfTraining } from './dataset/measure.js';
import { run } from './dataset/runs.js';
import { figure } from './figure.js';

/**
 * The dataset on the sandbox, whose truth is known. `npm run bench:dataset -- audit` alone takes two minutes. Without it
 * whole runs follow, two for each of `--seeds N` (another person and another training; one training each is noise).
 * `-- runs PLAIN VARIED…` reads the report folders of such runs.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1' } },
});
const [what = 'all', ...given] = positionals;

const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;

/** @param pairs report folders: of the plain run and of the varied one */
async function compare(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const found = [];
  for (const [plain, varied] of pairs) {
    const one = await likeness(plain, varied);
    found.push(one);
    const words = Object.entries(one).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    console.log(`identity on prompts with other clothes and places: ${words.join(', ')}`);
  }
  const room = mean(found.map(({ plain, ceiling }) => ceiling - plain));
  const gain = mean(found.map(({ plain, varied }) => varied - plain));
  console.log(`there to gain: ${room.toFixed(3)}; mean of ${pairs.length} paired differences: ${gain.toFixed(3)}`);
  figure('gain of identity by varied settings', [gain], '', { least: Math.min(0.05, room) });
  for (const part of ['clothes', 'background'] as const) {
    for (const [at, name] of ['plain', 'varied'].entries()) {
      const shares: number[] = [];
      for (const pair of pairs) {
        const share = await shareOfTraining(pair[at], part);
        if (share !== null) shares.push(share);
      }
      const what = `${part} of the training set in such renders, ${name}`;
      if (shares.length === 0) console.log(`${what}: no render shows it`);
      else if (name === 'plain') console.log(`${what}: ${mean(shares).toFixed(0)} %`);
      else figure(what, [mean(shares)], '%', { most: 5 });
    }
  }
  for (const [at, name] of ['plain', 'varied'].entries()) {
    const coverages = pairs.map((pair) => readReport(pair[at]).coverage);
    figure(
      `views filled, ${name}`,
      coverages.map(({ kept, bins }) => (100 * kept) / bins.length),
      '%',
      { least: 95 },
    );
    figure(
      `renders a kept image, ${name}`,
      coverages.map(({ renders, kept }) => renders / kept),
      '',
      { most: 1.3 },
    );
  }
}

if (what !== 'runs') await audit();
if (what === 'runs' && given.length > 1)
  await compare(Array.from({ length: given.length >> 1 }, (_, at) => [given[2 * at], given[2 * at + 1]] as const));
else if (what !== 'audit') {
  const folder = mkdtempSync(join(tmpdir(), 'azit-bench-dataset-'));
  try {
    const rounds = Array.from({ length: Math.max(1, Number(values.seeds)) }, (_, round) => round);
    await compare(rounds.map((round) => [run(folder, false, round), run(folder, true, round)] as const));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
