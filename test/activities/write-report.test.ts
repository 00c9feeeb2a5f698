import assert from 'node:assert/strict';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { createReportActivities } from '../../src/activities/write-report.js';
import type { WriteReportResult } from '../../src/run/contracts.js';
import type { BatchHeartbeat } from '../../src/run/heartbeats.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { contentPath } from '../../src/artifacts/path.js';
import { openStore } from '../../src/artifacts/store.js';
import { layOutStoredReport } from '../../src/client/report-folder.js';
import type { ReportData } from '../../src/run/record.js';
import { verifyReportFolder } from '../../src/report/index.js';
import { finishedRun, Pictures } from '../report/fixture.js';

describe('writing the report of a run', () => {
  let root: string;
  let store: ArtifactStore;
  let data: ReportData;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-write-report-'));
    store = await openStore(join(root, 'store'));
    const pictures = new Pictures();
    data = await finishedRun(pictures, { steps: [100, 200], prompts: ['base'], seeds: 1, side: 32, yaws: [0] });
    for (const bytes of pictures.bytes.values()) await store.putBytes(bytes, { name: 'x', mediaType: 'image/png' });
  });
  after(() => rm(root, { recursive: true, force: true }));

  async function write(to: ArtifactStore, environment = new MockActivityEnvironment()): Promise<WriteReportResult> {
    return (await environment.run(createReportActivities({ store: to }).writeReport, data)) as WriteReportResult;
  }

  it('falls silent, or keeps a report that cannot be laid out', async () => {
    const environment = new MockActivityEnvironment();
    const beats: BatchHeartbeat[] = [];
    environment.on('heartbeat', (beat: BatchHeartbeat) => beats.push(beat));
    const { manifest } = await write(store, environment);
    const last = beats[beats.length - 1];
    assert.deepEqual([last.kind, last.what, last.done], ['batch', 'report', last.of]);
    await layOutStoredReport(store, manifest, join(root, 'report'));
    assert.deepEqual(await verifyReportFolder(join(root, 'report')), { ok: true, problems: [] });
  });

  it('goes on after its run was cancelled', async () => {
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', ({ done }: BatchHeartbeat) => done === 1 && environment.cancel());
    await assert.rejects(write(store, environment), { name: 'CancelledFailure' });
  });

  it('loses what an attempt had kept when its worker died', async () => {
    const fresh = await openStore(join(root, 'dies'));
    let left = 5;
    const dying: ArtifactStore = Object.create(store, {
      putBytes: {
        value: (...given: Parameters<ArtifactStore['putBytes']>) => {
          if (left-- === 0) throw new Error('died');
          return fresh.putBytes(...given);
        },
      },
    }) as ArtifactStore;
    await assert.rejects(write(dying), /died/);
    left = Infinity;
    const again = await write(dying);
    assert.deepEqual(await fresh.readBytes(again.report), await store.readBytes((await write(store)).report));
  });

  it('shrinks an image again that a report has shrunk before, or takes what is no small copy', async () => {
    const first = await write(store);
    const folder = join(store.location, 'records/thumbnails');
    const records = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
    assert.ok(records.length > 3);
    const other = 'data:image/webp;base64,T1RIRVI=';
    await writeFile(join(folder, records[0]), JSON.stringify({ uri: other, width: 8, height: 8 }));
    await writeFile(join(folder, records[1]), JSON.stringify({ uri: '"><script>', width: 8, height: 8 }));
    const html = await htmlOf(await write(store));
    assert.ok(html.includes(other));
    assert.ok(!html.includes('"><script>'));
    for (const name of records.slice(0, 2)) await rm(join(folder, name));
    assert.deepEqual(await write(store), first);
  });

  it('draws a chart again that a report has drawn before, or takes what is no drawing', async () => {
    const first = await write(store);
    const folder = join(store.location, 'records/drawings');
    const records = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
    assert.ok(records.length >= 5);
    const texts = await Promise.all(records.map((name) => readFile(join(folder, name), 'utf8')));
    const bad = [
      '<svg width="1"><script>alert(1)</script></svg>',
      '<svg width="1" onload="alert(1)"></svg>',
      '<svg width="1"><g fill="url(http://127.0.0.1/x)"/></svg>',
      '<svg width="1"></svg><img src="x" />',
    ];
    const marked = (text: string): string => text.replace('</svg>', '<text>of before</text></svg>');
    for (const [at, name] of records.entries()) await writeFile(join(folder, name), marked(texts[at]));
    // Identity, loss and memorisation, each for a desktop and for a phone.
    assert.equal((await htmlOf(await write(store))).split('of before').length - 1, 6);
    for (const svg of bad) {
      for (const name of records) await writeFile(join(folder, name), JSON.stringify({ svg }));
      assert.deepEqual(await write(store), first, svg);
    }
    for (const [at, name] of records.entries()) await writeFile(join(folder, name), texts[at]);
    assert.deepEqual(await write(store), first);
  });

  it('composes a strip again that a report has composed before, or takes what is no strip', async () => {
    const first = await write(store);
    const folder = join(store.location, 'records/drawings');
    const records = await readdir(folder, { recursive: true });
    const texts = new Map<string, string>();
    for (const name of records.filter((one) => one.endsWith('.json')))
      texts.set(name, await readFile(join(folder, name), 'utf8'));
    const [[name, text], ...others] = [...texts].filter(([, each]) => each.includes('image/png'));
    assert.equal(others.length, 0);
    const before = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const put = async (bytes: Buffer): Promise<void> => {
      const image = await store.putBytes(bytes, { name: 'strip.png', mediaType: 'image/png' });
      await writeFile(join(folder, name), JSON.stringify({ image }));
    };
    await put(before);
    assert.deepEqual(await fileOf(await write(store), /^strip-/), before);
    await put(Buffer.from('<script>'));
    assert.deepEqual(await write(store), first);
    const { image } = JSON.parse(text) as { image: ArtifactRef };
    await writeFile(join(folder, name), text);
    await rm(contentPath(store.location, image.sha256));
    assert.deepEqual(await write(store), first);
    assert.equal((await store.readBytes(image)).length, image.bytes);
  });

  const htmlOf = async (written: WriteReportResult) => (await fileOf(written, /^report\.html$/)).toString();

  async function fileOf({ manifest }: WriteReportResult, pattern: RegExp): Promise<Buffer> {
    const files = JSON.parse((await store.readBytes(manifest)).toString()) as { path: string; ref: ArtifactRef }[];
    return await store.readBytes(files.find(({ path }) => pattern.test(path))!.ref);
  }
});
