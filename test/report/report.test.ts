import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { ReportData } from '../../src/run/record.js';
import { reportSchema, verifyReportFolder, writeReportFolder, type Report } from '../../src/report/index.js';
import { stageIds, stageTitles } from '../../src/project/names.js';
import { barelyBegun, finishedRun, lacks, Pictures, shows } from './fixture.js';

describe('report folder', () => {
  let root: string;
  let pictures: Pictures;
  let data: ReportData;
  let directory: string;
  let json: Report;
  let html: string;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'azit-report-'));
    pictures = new Pictures();
    data = await finishedRun(pictures);
    directory = path.join(root, 'finished');
    ({ json, html } = await write(data, 'finished'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  async function write(what: ReportData, name: string): Promise<{ json: Report; html: string; files: string[] }> {
    const written = await writeReportFolder({ data: what, read: pictures.read, directory: path.join(root, name) });
    assert.deepEqual(await verifyReportFolder(path.join(root, name)), { ok: true, problems: [] });
    const text = await readFile(written.json, 'utf8');
    return {
      json: reportSchema.parse(JSON.parse(text)),
      html: await readFile(written.html, 'utf8'),
      files: written.files,
    };
  }

  it('report.json names a file whose bytes are not the ones it vouches for', async () => {
    const named = [...json.stages.flatMap(({ outputs }) => outputs), ...json.editorial, ...json.baseline.images];
    named.push(...json.strips.flatMap(({ images }) => images.map((image) => ({ ...image, prompt: null }))));
    assert.ok(named.length > 50);
    for (const { path: file, sha256 } of named) {
      const bytes = await readFile(path.join(directory, file));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, file);
      assert.deepEqual(bytes, pictures.bytes.get(sha256), 'not byte for byte the artifact');
    }
  });

  it('a strip lacks a step, holds one twice, is out of order, or mixes seeds', () => {
    assert.deepEqual(
      json.strips.map(({ prompt }) => prompt),
      ['base', 'stage', 'editorial-i', 'editorial-ii'],
    );
    for (const { images } of json.strips) {
      assert.deepEqual(
        images.map(({ step, seed }) => [step, seed]),
        [2200, 2400, 2600, 2800, 3000].map((step) => [step, 1]),
      );
    }
  });

  it('the page leaves out an image of the run, a score, a stage or the choice', () => {
    for (const { outputs, rejected } of json.stages) {
      for (const { path: file } of outputs) assert.ok(html.includes(`href="${file}"`), `${file} is not shown`);
      for (const { reason } of rejected) assert.ok(html.includes(reason), reason);
    }
    for (const strip of json.strips) {
      for (const { path: file, identity } of strip.images) {
        assert.ok(html.includes(`href="${file}"`), `${file} is not shown`);
        if (identity !== null) assert.ok(html.includes(`<b>${identity.toFixed(2)}</b>`));
      }
    }
    for (const id of stageIds) assert.ok(html.includes(stageTitles[id]));
    assert.ok(html.includes(data.choice!.reason));
    shows(html, /Attempt 2 resumed from the checkpoint of step 1200/);
    assert.equal(html.match(/<svg\s+class="graph"/g)?.length, 1);
  });

  it('the page asks for anything from elsewhere, or needs a script to be read', () => {
    lacks(html, /(src|href|action|xmlns|url)\s*[=(]\s*["']?(https?:)?\/\//i);
    lacks(html, /https?:\/\//i);
    lacks(html, /<script|<link|<iframe|@import|javascript:/i);
    shows(html, /default-src &#39;none&#39;/);
  });

  it('an image to post lacks a checkpoint or its labels', async () => {
    for (const { prompt, file } of json.strips as (Report['strips'][number] & { file: { path: string } })[]) {
      assert.equal(file.path, `strip-${prompt}.png`);
      const strip = sharp(path.join(directory, file.path));
      const { width, height } = await strip.metadata();
      assert.ok(width > 6 * 300 && height > 400, `${width} x ${height}`);
      const under = await strip
        .extract({ left: 0, top: height - 70, width, height: 50 })
        .greyscale()
        .raw()
        .toBuffer();
      assert.ok(under.filter((level) => level < 128).length > 400, 'nothing is written under the images');
    }
    const curve = await readFile(path.join(directory, 'curve.svg'), 'utf8');
    assert.match(curve, /Step 2400/);
    assert.match(curve, /No LoRA {2}0\.19/);
  });

  it('the same run written twice gives other bytes', async () => {
    await write(data, 'again');
    const files = await everyFile(directory);
    assert.deepEqual(await everyFile(path.join(root, 'again')), files);
    assert.ok(![...files.keys()].some((file) => /\.(tmp|part)$/.test(file)));
  });

  it('writing again touches a file that has not changed, or a file of others', async () => {
    await writeFile(path.join(directory, 'notes.txt'), 'mine');
    const before = await inodes(directory);
    await write(data, 'finished');
    assert.deepEqual(await inodes(directory), before);
    await rm(path.join(directory, 'notes.txt'));
  });

  it('a damaged artifact is copied as if it were the image', async () => {
    const read = async () => Buffer.from('not the bytes');
    await assert.rejects(writeReportFolder({ data, read, directory: path.join(root, 'damaged') }), /is damaged/);
  });

  it('an image that cannot be decoded stops the report', async () => {
    const image = pictures.put(Buffer.from('GIF89a, cut short'), 'cut.gif', 'image/gif');
    const stages = data.stages.map((stage, index) =>
      index === 2 ? { ...stage, outputs: [{ ...stage.outputs[0], image }] } : stage,
    );
    const { html: page } = await write({ ...data, stages }, 'undecodable');
    shows(page, /cannot be shown here/);
  });

  /** A file that is written anew is a new one, renamed into its place. */
  async function inodes(folder: string): Promise<Record<string, number>> {
    const files = [...(await everyFile(folder)).keys()];
    return Object.fromEntries(
      await Promise.all(files.map(async (file) => [file, (await stat(path.join(folder, file))).ino] as const)),
    );
  }

  async function everyFile(folder: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      found.set(path.relative(folder, file), (await readFile(file)).toString('base64'));
    }
    return new Map([...found].sort());
  }

  it('a run that has only begun has no report', async () => {
    const begun = await write(barelyBegun(), 'begun');
    assert.equal(begun.json.stages.length, 6);
    shows(begun.html, /No checkpoint has been scored yet/);
    shows(begun.html, /still in progress/);
    lacks(begun.html, /NaN|undefined|Infinity/);
  });
});
