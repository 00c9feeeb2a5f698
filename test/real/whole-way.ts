import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { azit } from '../support/command.js';
import type { RealParts } from './parts.js';
import { realProject } from './project.js';
import { startRealRig, type RealRig } from './rig.js';

interface Cell {
  step: number;
  seed: number;
  path: string;
}

interface Report {
  choice: { step: number | null; reason: string };
  checkpoints: { step: number }[];
  strips: { prompt: string; images: Cell[]; baseline: Cell }[];
  training: { resumes: { fromStep: number; atStep: number }[] };
  stages: { id: string; state: string }[];
  editorial: { path: string }[];
}

describe('the whole way on a real ai-toolkit and a real ComfyUI', function () {
  this.timeout(10 * 60_000);
  let rig: RealRig;

  before(async () => {
    rig = await startRealRig();
  });

  after(() => rig.close());

  it('trains, is killed, trains on, sweeps, and names no winner where no image shows a face', async () => {
    const { parts, home, environment } = rig;
    const before = (await serverLog(parts)).at(-1)?.t ?? '';
    const folder = await realProject(parts);
    const asked = azit(folder, ['run', 'real.yaml', '--id', 'real', '--out', 'report'], environment);
    await asked.says(/checkpoint 10 · saved|checkpoint 10 · rendering/);
    process.kill(await trainerUnder(join(home, 'work')), 'SIGKILL');
    const waiting = await asked;
    assert.equal(waiting.code, 3, waiting.stderr);

    const chosen = await azit(folder, ['choose', 'real', '--step', '40'], environment);
    assert.equal(chosen.code, 0, chosen.stderr);
    const ended = await azit(folder, ['run', 'real.yaml', '--id', 'real', '--out', 'report'], environment);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal((await azit(folder, ['verify', 'report'])).code, 0);

    const report = JSON.parse(await readFile(join(folder, 'report', 'report.json'), 'utf8')) as Report;
    assert.deepEqual(
      report.checkpoints.map(({ step }) => step),
      [10, 20, 30, 40],
    );
    assert.match(report.choice.reason, /^A person chose step 40; the rule chooses none\..*shows a face/);
    assert.equal(report.training.resumes.length, 1);
    assert.ok(report.training.resumes[0].atStep - report.training.resumes[0].fromStep <= 10);
    assert.equal(report.editorial.length, 2);
    for (const { prompt, images, baseline } of report.strips) {
      const pictures = await Promise.all([baseline, ...images].map(({ path }) => pixels(join(folder, 'report', path))));
      assert.equal(new Set(pictures).size, pictures.length, `two images of '${prompt}' are the same`);
    }
    const log = (await serverLog(parts)).filter(({ t }) => t > before).map(({ m }) => m);
    assert.deepEqual(
      // The server colours its lines: nothing is anchored.
      log.filter((line) => /lora key not loaded:|ERROR lora /.test(line)),
      [],
    );
  });

  it('fails where a DoRA is applied by half, though its images differ', async () => {
    const folder = await realProject({ ...rig.parts, network: { type: 'dora' } });
    const words = ['run', 'real.yaml', '--id', 'dora', '--out', 'report'];
    const { code, stderr } = await azit(folder, words, rig.environment);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /magnitude/);
  });
});

/** A trainer whose command line names a file in `folder`. */
async function trainerUnder(folder: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('run.py') && command.includes(folder)) return Number(entry);
  }
  throw new Error(`No trainer works under ${folder}.`);
}

/** ComfyUI writes its graph into a picture: equal pixels may stand in different files. */
async function pixels(path: string): Promise<string> {
  return createHash('sha256')
    .update(await sharp(path).removeAlpha().raw().toBuffer())
    .digest('hex');
}

interface LogEntry {
  t: string;
  m: string;
}

async function serverLog({ comfyUrl }: RealParts): Promise<LogEntry[]> {
  const response = await fetch(new URL('/internal/logs/raw', comfyUrl));
  return ((await response.json()) as { entries: LogEntry[] }).entries;
}
