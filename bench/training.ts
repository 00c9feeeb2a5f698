// What making training dependable costs. `npm run bench:training [-- --kills 100 --steps 1000000 --saves 5]`; 0 leaves out.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publicationTimes } from './training/publication.js';
import { killRecoveries } from './training/kills.js';
import { watchingCosts } from './training/watching.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    steps: { type: 'string', default: '1000000' },
    bytes: { type: 'string', default: '200000000' },
    saves: { type: 'string', default: '5' },
  },
});

let missed = false;

function report(name: string, all: number[], value: number, unit: string, goal: number): void {
  const sorted = [...all].sort((a, b) => a - b);
  const met = value <= goal;
  missed ||= !met;
  const range = all.length > 1 ? ` [${sorted[0].toFixed(2)}..${sorted[sorted.length - 1].toFixed(2)}]` : '';
  console.log(`${name}: ${value.toFixed(2)}${range} ${unit} (goal: <= ${goal}) ${met ? 'met' : 'MISSED'}`);
}

const percentile = (all: number[], share: number): number =>
  [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.ceil(share * all.length) - 1)];

const folder = await mkdtemp(join(tmpdir(), 'azit-bench-'));
try {
  if (Number(values.steps) > 0) {
    const watching = await watchingCosts(Number(values.steps));
    report('watching, CPU at 2 steps a second', [watching.corePercent], watching.corePercent, '% of one core', 2);
    report(`watching, memory over ${values.steps} steps`, [watching.growthMb], watching.growthMb, 'MB more', 10);
  }
  if (Number(values.saves) > 0) {
    const saves = await publicationTimes(folder, { bytes: Number(values.bytes), saves: Number(values.saves) });
    const beyond = saves.map(({ beyondCopyS }) => beyondCopyS);
    report(
      `save to published and signalled beyond copying, ${(Number(values.bytes) / 1e6).toFixed(0)} MB`,
      beyond,
      percentile(beyond, 0.5),
      's',
      1,
    );
  }
  if (Number(values.kills) > 0) {
    const recoveries = await killRecoveries(folder, Number(values.kills));
    report(
      'kill -9 to training again beyond the start of the trainer, p95',
      recoveries,
      percentile(recoveries, 0.95),
      's',
      15,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;
