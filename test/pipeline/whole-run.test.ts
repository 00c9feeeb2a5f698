import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { azitVersion } from '../../src/machine/version.js';
import { verifyReportFolder } from '../../src/report/index.js';
import { Azit, processesOf, readReport } from './azit.js';
import './kills.js';
import { undisturbedRun } from './undisturbed.js';

describe('a whole run on the embedded default', function () {
  this.timeout(600_000);

  it('goes from the anchor to the report and the LoRA, exits 0 and says where both are', async () => {
    const { ended, report, lora } = await undisturbedRun();
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(ended.stdout.trim().split('\n'), [join(report, 'report.html'), lora]);
    assert.deepEqual(await verifyReportFolder(report), { ok: true, problems: [] });
    const { choice } = await readReport(report);
    const stem = `mina-${choice.step}`;
    assert.deepEqual(await readdir(lora), ['README.md', 'evidence.json', `${stem}.png`, `${stem}.safetensors`]);
  });

  it('hands out any checkpoint of the finished run, into a folder of ComfyUI too, and says so as JSON', async () => {
    const { home, folder } = await undisturbedRun();
    const loras = join(folder, 'loras');
    await mkdir(loras);
    const words = ['export', 'calm', '--all', '--out', 'taken', '--to', loras, '--json'];
    const ended = await new Azit(words, { home, cwd: folder }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    const { directory, loras: handed } = JSON.parse(ended.stdout) as { directory: string; loras: { step: number }[] };
    assert.equal(directory, join(folder, 'taken'));
    assert.deepEqual(
      handed.map(({ step }) => step),
      [60, 120, 180],
    );
    assert.equal((await readdir(loras)).length, 6);
    const status = await new Azit(['status', 'calm'], { home, cwd: folder }).ended;
    assert.match(status.stdout, /export the LoRA: azit export calm/);
  });

  it('says which AZIT, trainer and render server made it', async () => {
    const { report } = await undisturbedRun();
    const { provenance } = await readReport(report);
    assert.equal(provenance.azit, azitVersion());
    assert.match(String(provenance.trainer), /^azit-sandbox \d/);
    assert.match(JSON.stringify(provenance.renderServers), /azit-sandbox/);
  });

  it('leaves nothing running', async () => {
    const { home } = await undisturbedRun();
    assert.deepEqual(await processesOf(home), []);
  });

  it('leaves neither LoRAs nor images on the render server', async () => {
    const { home } = await undisturbedRun();
    for (const folder of ['models/loras/azit', 'output/azit']) {
      const left = await readdir(join(home, 'sandbox', folder), { recursive: true, withFileTypes: true });
      assert.deepEqual(
        left.filter((entry) => entry.isFile()).map(({ name }) => name),
        [],
        folder,
      );
    }
  });

  it('has a strip for every prompt, of every swept step, no two images of different steps equal in pixels', async () => {
    const { report } = await undisturbedRun();
    const { strips } = await readReport(report);
    assert.deepEqual(
      strips.map(({ prompt }) => prompt),
      ['base', 'stage'],
    );
    for (const { images } of strips) {
      assert.deepEqual(
        images.map(({ step }) => step),
        [60, 120, 180],
      );
      const pixels = await Promise.all(images.map(({ path }) => sharp(join(report, path)).raw().toBuffer()));
      assert.equal(new Set(pixels.map((buffer) => buffer.toString('base64'))).size, images.length);
    }
  });
});
