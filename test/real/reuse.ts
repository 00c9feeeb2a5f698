import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { azit } from '../support/command.js';
import { changedProject, realProject, type Changes } from './project.js';
import { startRealRig, type RealRig } from './rig.js';

interface Report {
  checkpoints: { step: number; sha256: string }[];
  training: { stopped?: { at: number } };
}

const prompts = [
  { id: 'base', text: 'portrait of [trigger]' },
  { id: 'stage', text: '[trigger] on stage' },
];
const short: Changes = { training: { steps: 20 }, sweep: { steps: 'all', prompts }, approvals: [] };

describe('a changed file on a real ai-toolkit and a real ComfyUI: only the difference is done', function () {
  this.timeout(10 * 60_000);
  let rig: RealRig;
  let folder: string;
  let first: Report;

  before(async () => {
    rig = await startRealRig();
    folder = await realProject({ ...rig.parts, changes: short });
    first = (await run('first', short)).report;
  });

  after(() => rig.close());

  it('one more prompt, one more seed, one more strength: their images alone are rendered, nothing is trained', async () => {
    const walk = { id: 'walk', text: '[trigger] walking' };
    for (const { id, sweep, images } of [
      // Two checkpoints and no LoRA.
      { id: 'prompt', sweep: { prompts: [...prompts, walk] }, images: 3 * 2 },
      { id: 'seed', sweep: { seeds: 3 }, images: 3 * 2 },
      { id: 'strength', sweep: { strength: [0.6, 1] }, images: 2 * 2 * 2 },
    ]) {
      const { rendered, report, log } = await run(id, { ...short, sweep: { ...short.sweep, ...sweep } });
      assert.deepEqual([id, rendered, log], [id, images, '']);
      assert.deepEqual(hashesOf(report), hashesOf(first));
    }
  });

  it('a longer training goes on at its last step, with its optimizer state', async () => {
    const { log, report } = await run('longer', { ...short, training: { steps: 40 } });
    assert.match(log, /Found step 20 in metadata, starting from there\n[^]*Loading optimizer state from /);
    assert.deepEqual(log.match(/Saving at step \d+/g), ['Saving at step 30', 'Saving at step 40']);
    assert.deepEqual(hashesOf(report).slice(0, 2), hashesOf(first));
    assert.equal(new Set(hashesOf(report)).size, 4);
  });

  it('stopped by a person: the trainer saves, the run ends with that, and train-on goes on from there', async () => {
    const long: Changes = {
      ...short,
      training: { steps: 150, seed: 7 },
      sweep: { ...short.sweep, steps: [10, 150] },
    };
    const { log, report } = await run('halt', long, async () => {
      const asked = await azit(folder, ['stop-training', idOf('halt')], rig.environment);
      assert.equal(asked.code, 0, asked.stderr);
    });
    assert.ok(Number(report.training.stopped?.at) < 150);
    assert.deepEqual(
      report.checkpoints.map(({ step }) => step),
      [10],
    );
    const saved = Number(/Saving at step (\d+)\n[^]*?$/.exec(log.slice(log.lastIndexOf('Saving at')))?.[1]);

    const before = (await rig.trainerLog()).length;
    const { code, stderr } = await azit(folder, ['train-on', idOf('halt'), '--out', 'halt-on'], rig.environment);
    assert.equal(code, 0, stderr);
    const onwards = (await rig.trainerLog()).slice(before);
    assert.match(onwards, new RegExp(`Found step ${saved} in metadata[^]*Loading optimizer state from `));
    assert.deepEqual(
      (await reportIn('halt-on')).checkpoints.map(({ step }) => step),
      [10, 150],
    );
  });

  /** @param meanwhile done once the first checkpoint is saved @returns what it did beyond what was there */
  async function run(id: string, changes: Changes, meanwhile?: () => Promise<void>) {
    await writeFile(join(folder, 'real.yaml'), changedProject(changes));
    const [log, rendered] = [await rig.trainerLog(), await prompted()];
    const running = azit(folder, ['run', 'real.yaml', '--id', idOf(id), '--out', id], rig.environment);
    if (meanwhile) {
      await running.says(/checkpoint 10 · (saved|rendering)/);
      await meanwhile();
    }
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
    const report = await reportIn(id);
    return {
      report,
      log: (await rig.trainerLog()).slice(log.length),
      rendered: (await prompted()) - rendered,
    };
  }

  async function reportIn(out: string): Promise<Report> {
    const checked = await azit(folder, ['verify', out]);
    assert.equal(checked.code, 0, checked.stderr);
    return JSON.parse(await readFile(join(folder, out, 'report.json'), 'utf8')) as Report;
  }

  /** How many prompts the server has worked on, one an image. */
  async function prompted(): Promise<number> {
    const response = await fetch(new URL('/history', rig.parts.comfyUrl));
    return Object.keys((await response.json()) as object).length;
  }
});

/** The server that stays would find what an earlier one of the same id had rendered. */
const idOf = (name: string): string => `${name}-${own}`;
const own = Date.now().toString(36);

const hashesOf = ({ checkpoints }: Report): string[] => checkpoints.map(({ sha256 }) => sha256);
