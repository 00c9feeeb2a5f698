import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { ReportData } from '../../src/run/record.js';
import { verifyReportFolder, writeReportFolder } from '../../src/report/index.js';
import { graphInPicture } from '../../src/report/graph/in-picture.js';
import { barePng } from '../../src/report/handed-on/png.js';
import { encodePng } from '../../src/sandbox/comfyui/png.js';
import { finishedRun, Pictures, shows } from './fixture.js';

const graph = JSON.stringify({
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'models/secret.safetensors' } },
  '3': { class_type: 'CLIPTextEncode', inputs: { text: 'a confidential prompt' } },
});

interface PictureJson {
  path: string;
  sha256: string;
  originalSha256?: string;
  graph?: { path: string };
  models?: string[];
  server?: string;
}

describe('what ComfyUI writes into its images', () => {
  let root: string;
  let pictures: Pictures;
  let data: ReportData;
  let working: Buffer;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'azit-metadata-'));
    pictures = new Pictures();
    data = await finishedRun(pictures, { steps: [10], prompts: ['base'], seeds: 1, yaws: [0] });
    const pixels = new Uint8Array(48 * 32 * 3).map((_, index) => index % 251);
    working = await encodePng({ width: 48, height: 32, pixels }, [
      ['prompt', graph],
      ['workflow', '{"notes":"/home/me"}'],
    ]);
    const [anchor] = data.stages[0].outputs;
    anchor.image = pictures.put(working, 'anchor-0.png', 'image/png');
    Object.assign(anchor, { server: '0.33.0', promptId: 'anchor' });
    data.stages[0].chosen = anchor.image.sha256;
  });
  after(() => rm(root, { recursive: true, force: true }));

  async function write(name: string, keepMetadata: boolean) {
    const directory = path.join(root, name);
    const { html, files } = await writeReportFolder({ data, read: pictures.read, directory, keepMetadata });
    assert.deepEqual(await verifyReportFolder(directory), { ok: true, problems: [] });
    const json = JSON.parse(await readFile(path.join(directory, 'report.json'), 'utf8')) as {
      stages: { chosen: string; outputs: PictureJson[] }[];
    };
    const [{ chosen, outputs }] = json.stages;
    const picture = await readFile(path.join(directory, outputs[0].path));
    return { directory, files, chosen, output: outputs[0], picture, page: await readFile(html, 'utf8') };
  }

  it('leaves the house in an image that is handed on; its pixels and what vouches for it stay true', async () => {
    const { picture, output, chosen } = await write('handed-on', false);
    assert.doesNotMatch(picture.toString('latin1'), /confidential|secret|home\/me|tEXt/);
    const pixels = (bytes: Buffer): Promise<Buffer> => sharp(bytes).raw().toBuffer();
    assert.deepEqual(await pixels(picture), await pixels(working));
    assert.equal(output.originalSha256, data.stages[0].outputs[0].image.sha256);
    assert.equal(chosen, output.sha256, 'the chosen one can be found');
  });

  it('is lost: the exact graph, its models and the server stand beside each image', async () => {
    const { directory, files, output, page } = await write('beside', false);
    assert.ok(output.graph && files.includes(output.graph.path));
    assert.equal(await readFile(path.join(directory, output.graph.path), 'utf8'), graph);
    assert.deepEqual([output.models, output.server], [['models/secret.safetensors'], '0.33.0']);
    shows(page, /ComfyUI 0\.33\.0/);
    shows(page, new RegExp(`href="${output.graph.path}"`));
  });

  it('is gone from the copy that was asked for with it', async () => {
    const { picture, output } = await write('kept', true);
    assert.deepEqual(picture, working);
    assert.equal(output.originalSha256, undefined);
  });

  it('hides in compressed and international texts, in EXIF, or in a file that is no PNG', () => {
    const chunk = (type: string, data: Buffer): Buffer => {
      const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
      const whole = Buffer.alloc(body.length + 8);
      whole.writeUInt32BE(data.length);
      body.copy(whole, 4);
      whole.writeUInt32BE(crc32(body), body.length + 4);
      return whole;
    };
    const bare = barePng(working, 1) as Buffer;
    const withChunk = (type: string, data: Buffer): Buffer =>
      Buffer.concat([bare.subarray(0, 33), chunk(type, data), bare.subarray(33)]);
    const json = Buffer.from(graph);
    const texts: [string, Buffer][] = [
      ['zTXt', Buffer.concat([Buffer.from('prompt\0\0'), deflateSync(json)])],
      ['iTXt', Buffer.concat([Buffer.from('prompt\0\0\0en\0\0'), json])],
      ['iTXt', Buffer.concat([Buffer.from('prompt\0\x01\0\0\0'), deflateSync(json)])],
    ];
    for (const [type, text] of texts) {
      assert.deepEqual(graphInPicture(withChunk(type, text)), json, type);
      assert.deepEqual(barePng(withChunk(type, text), 1), bare, type);
    }
    assert.deepEqual(barePng(withChunk('eXIf', json), 1), bare);
    assert.equal(graphInPicture(withChunk('zTXt', Buffer.from('prompt\0\0not deflated'))), null);
    assert.equal(graphInPicture(withChunk('tEXt', Buffer.from('prompt\0not JSON'))), null);
    for (const other of [Buffer.from('no image'), working.subarray(0, 50), Buffer.alloc(0)]) {
      assert.equal(barePng(other, 1), null);
      assert.equal(graphInPicture(other), null);
    }
  });
});
