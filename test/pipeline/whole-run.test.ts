import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { azitVersion } from '../../src/machine/version.js';
import { verifyReportFolder } from '../../src/report/index.js';
import { Azit, lastingOf, processesOf, readReport, smallProject } from './azit.js';
import './kills.js';
import { undisturbedRun } from './undisturbed.js';

describe('a whole run on the embedded default', function () {
  this.timeout(600_000);

  it('goes from the anchor to the report, exits 0 and says where the report is', async () => {
    const { ended, report } = await undisturbedRun();
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stdout.trim(), join(report, 'report.html'));
    assert.deepEqual(await verifyReportFolder(report), { ok: true, problems: [] });
  });

  it('says which AZIT, trainer and render server made it', async () => {
    const { report } = await undisturbedRun();
    const { provenance } = await readReport(report);
    assert.equal(provenance.azit, azitVersion());
    assert.match(String(provenance.trainer), /^azit-sandbox \d/);
    assert.match(JSON.stringify(provenance.renderServer), /azit-sandbox/);
  });

  it('leaves nothing running', async () => {
    const { home } = await undisturbedRun();
    assert.deepEqual(await processesOf(home), []);
  });

  it('leaves neither LoRAs nor pictures on the render server', async () => {
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

  it('has a strip for every prompt, of every swept step, no two pictures of different steps equal in pixels', async () => {
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

  it('gives the same artifacts when the same file is run again under another id', async () => {
    const { home, folder, report } = await undisturbedRun();
    const second = join(folder, 'second');
    const azit = new Azit(['run', 'small.yaml', '--id', 'again', '--out', second], { home, cwd: folder });
    const ended = await azit.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(lastingOf(await readReport(second)), lastingOf(await readReport(report)));
  });

  it('refuses the id for another project, saying so', async () => {
    const { home, folder } = await undisturbedRun();
    await writeFile(join(folder, 'other.yaml'), smallProject.replace('seed: 11', 'seed: 12'));
    const azit = new Azit(['run', 'other.yaml', '--id', 'calm'], { home, cwd: folder });
    const ended = await azit.ended;
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, /id 'calm' belongs to another project/);
  });
});
