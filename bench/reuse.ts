import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { figure } from './figure.js';
import { lookups } from './reuse/lookups.js';
import { historyEvents, timedRun } from './reuse/runs.js';

/** Figures of issue 16, "Only the difference", on the demo in a folder of its own. `--smoke`: a training of 60 steps. */
const { values } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } });

type Demo = { training: object; sweep: { seeds: number; steps: number[]; prompts?: unknown[] } };

const demo = parse(await readFile(new URL('../examples/demo.yaml', import.meta.url), 'utf8')) as Demo;
if (values.smoke) {
  demo.training = { steps: 60, saveEvery: 20 };
  demo.sweep = { ...demo.sweep, seeds: 1, steps: [40, 60] };
}
const folder = await mkdtemp(join(tmpdir(), 'azit-bench-reuse-'));
try {
  const first = await timedRun(folder, demo, 'first');
  const prompts = [...first.prompts, { id: 'one-more', text: '[trigger] reads a newspaper in a tram' }];
  const second = await timedRun(folder, { ...demo, sweep: { ...demo.sweep, prompts } }, 'one-more-prompt');
  // Without LoRA, and each checkpoint, the one for the guards included.
  const wanted = (first.checkpoints + 1) * demo.sweep.seeds;
  figure(`one more prompt: images of the sweep, ${wanted} wanted`, [second.sweepRenders], '', {
    most: wanted,
    least: wanted,
  });
  figure('one more prompt: steps trained', [second.checkpointsTrained], 'checkpoints', { most: 0 });
  figure("one more prompt: part of the first run's time", [second.seconds / first.seconds], '', { most: 0.05 });
  const same = await timedRun(folder, demo, 'unchanged');
  figure('nothing changed: images rendered', [same.renders], '', { most: 0 });
  figure('nothing changed: steps trained', [same.checkpointsTrained], 'checkpoints', { most: 0 });
  figure('nothing changed: beyond the start', [same.secondsBeyondStart], 's', { most: 3 });
  figure('nothing changed: events in the history', [await historyEvents(folder, 'unchanged')], '', { most: 150 });
  const count = values.smoke ? 500 : 10_000;
  figure(`${count} renders looked up in a folder`, [await lookups(join(folder, 'lookups'), count)], 's', { most: 2 });
} finally {
  await rm(folder, { recursive: true, force: true });
}
