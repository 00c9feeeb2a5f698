import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { ReportData } from '../../src/run/record.js';
import { sha256Of } from '../../src/report/files.js';
import { reportSchema, writeReport } from '../../src/report/index.js';
import { finishedRun, lacks, Pictures, shows } from './fixture.js';
import { generalised } from './generalised.js';

describe('a report of a large sweep', function () {
  this.timeout(120_000);
  const [stepCount, promptCount, seedCount] = [50, 16, 2];
  const pictures = new Pictures();
  const files = new Map<string, Buffer | string>();
  const progress: [number, number][] = [];
  let data: ReportData;
  let page: string;
  let most = 0;

  /** As small as pictures get, and no two alike. */
  let drawn = 0;
  const dot = async (name: string) => {
    const background = { r: drawn >> 16, g: (drawn >> 8) & 255, b: drawn++ & 255 };
    const create = { width: 2, height: 2, channels: 3, background } as const;
    return pictures.put(await sharp({ create }).png({ compressionLevel: 1 }).toBuffer(), name, 'image/png');
  };

  before(async () => {
    const steps = Array.from({ length: stepCount }, (_, index) => (index + 1) * 20);
    data = await finishedRun(pictures, { steps, prompts: ['base'], seeds: 1, side: 32, yaws: [0, 30] });
    const [strip] = data.strips;
    data.strips = [];
    for (let p = 0; p < promptCount; p++) {
      const images: typeof strip.images = [];
      for (let seed = 0; seed < seedCount; seed++)
        for (const step of steps) images.push({ step, seed, image: await dot(`${step}.png`), identity: 0.5 });
      const baseline = { seed: 0, image: await dot('none.png'), identity: 0.2 };
      data.strips.push({ ...strip, prompt: `p${p}`, images, baseline });
    }
    const [editorial] = data.editorial;
    data.editorial = [];
    for (let n = 0; n < 256; n++) data.editorial.push({ ...editorial, image: await dot(`editorial-${n}.png`) });
    data.stages[5].outputs = data.editorial;
    data.stages[2].rejected = await Promise.all(
      Array.from({ length: 300 }, async () => ({ ...editorial, image: await dot('view.png'), reason: 'Blurred.' })),
    );
    generalised(data, pictures);
    let open = 0;
    await writeReport({
      data,
      read: async (ref) => {
        most = Math.max(most, ++open);
        return await pictures.read(ref);
      },
      write: (path, bytes) => {
        files.set(path, bytes);
        open = 0;
        return Promise.resolve(sha256Of(bytes));
      },
      onProgress: (done, of) => progress.push([done, of]),
    });
    page = String(files.get('report.html'));
  });

  it('makes a page that no browser opens', () => {
    const thumbnails = page.match(/<img/g)?.length ?? 0;
    assert.ok(thumbnails > promptCount * stepCount && thumbnails < 1_500, `${thumbnails} thumbnails`);
    assert.ok(page.length < 3_000_000, `${page.length} characters`);
    lacks(page, /cannot be shown here/);
  });

  it('leaves a strip out, or hides where its other images are', () => {
    for (let p = 0; p < promptCount; p++) shows(page, new RegExp(`prompt p${p}, seed 0`));
    lacks(page, /prompt p\d+, seed 1:/);
    shows(page, /50 more images in\s+<a href="images\/strips\/p15\/">/);
    shows(page, /240 more images in\s+<a href="images\/03-views-i\/">/);
  });

  it('loses an image of report.json, or its file', () => {
    const json = reportSchema.parse(JSON.parse(String(files.get('report.json')))) as unknown as {
      strips: { images: { path: string }[]; further: { path: string }[] }[];
      editorial: { path: string }[];
      stages: { rejected: { path: string }[] }[];
    };
    const named = [
      ...json.strips.flatMap(({ images, further }) => [...images, ...further]),
      ...json.editorial,
      ...json.stages[2].rejected,
    ].map(({ path }) => path);
    assert.equal(named.length, stepCount * promptCount * seedCount + 256 + 300);
    assert.equal(new Set(named).size, named.length);
    assert.deepEqual(
      named.filter((path) => !files.has(path)),
      [],
    );
  });

  it('falls silent for hours', () => {
    const [done, of] = progress[progress.length - 1];
    assert.equal(done, of);
    assert.equal(progress.length, of);
  });

  // One strip with its baseline, and the pictures that are copied beside it.
  it('holds the images of a sweep in memory', () =>
    assert.ok(most <= stepCount + 8, `${most} read before one was written`));
});
