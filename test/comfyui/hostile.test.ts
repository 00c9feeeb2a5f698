import assert from 'node:assert/strict';
import { crc32, gzipSync } from 'node:zlib';
import type { ComfyError, ComfyErrorKind, RenderJob } from '../../src/comfyui/index.js';
import type { Fault } from './fault-proxy.js';
import { newJob, startRig, type Rig } from './rig.js';

const body = (text: string | Buffer, headers = {}): Fault => ({ do: 'answer', status: 200, headers, body: text });
const bomb = gzipSync(Buffer.alloc(70_000_000, ' '));
const json = (value: unknown): Fault => body(JSON.stringify(value));

describe('comfyui that lies', () => {
  let rig: Rig;
  before(async () => (rig = await startRig(10, { requestMs: 30_000, transferMs: 30_000, unreachableMs: 1000 })));
  after(() => rig.close());
  afterEach(() => rig.proxy.heal());

  async function failure(job: RenderJob): Promise<ComfyError> {
    return await rig
      .another()
      .render(job)
      .then(
        () => assert.fail('it rendered'),
        (error: ComfyError) => error,
      );
  }
  const done = ({ promptId }: RenderJob, file: object): Fault =>
    json({
      id: promptId,
      status: 'completed',
      outputs: { '8': { images: [file] } },
      execution_status: { messages: [['execution_success', { timestamp: 1 }]] },
    });

  it('with bodies without end: stops reading', async () => {
    rig.proxy.plant(/^GET \/view/, { do: 'endless' }, 99);
    const error = await failure(newJob());
    assert.deepEqual([error.kind, error.type], ['endless-reply', 'unavailable']);
  });

  const lies: [string, RegExp, Fault, ComfyErrorKind][] = [
    ['10 GB that are only announced', /^GET \/view/, body('x', { 'content-length': '10000000000' }), 'endless-reply'],
    ['a few kB that unpack to 70 MB', /^GET \/api\/jobs/, body(bomb, { 'content-encoding': 'gzip' }), 'endless-reply'],
    ['JSON of a million brackets', /^GET \/api\/jobs/, body('['.repeat(1e6)), 'bad-reply'],
    ['JSON of a million brackets in an acceptance', /^POST \/prompt/, body('{"a":'.repeat(1e6)), 'bad-reply'],
    ["somebody else's prompt", /^GET \/api\/jobs/, json({ id: 'other', status: 'pending' }), 'bad-reply'],
    ["somebody else's prompt id", /^POST \/prompt/, json({ prompt_id: 'other', node_errors: {} }), 'bad-reply'],
    [
      'a redirect',
      /^GET \/view/,
      { do: 'answer', status: 302, headers: { location: 'http://127.0.0.1:1/' } },
      'bad-reply',
    ],
    ['an image of four billion pixels', /^GET \/view/, body(hugePng()), 'broken-image'],
  ];
  for (const [what, match, lie, kind] of lies) {
    it(`with ${what}: refused, in one short sentence`, async () => {
      rig.proxy.plant(match, lie, 99);
      // Where the server has the prompt after all, it is found; a lie must not be believed in between.
      if (match.test('POST /prompt'))
        rig.proxy.plant(/^GET \/api\/jobs/, { do: 'answer', status: 404, body: '{"error": "Job not found"}' }, 99);
      const error = await failure(newJob());
      assert.equal(error.kind, kind);
      assert.match(error.message, /^[^\n]{20,400}$/);
    });
  }

  it('with names that leave their folder: never asked for', async () => {
    for (const file of [
      { filename: '../../etc/passwd', subfolder: '', type: 'output' },
      { filename: 'x.png', subfolder: '/etc', type: 'output' },
      { filename: 'x.png', subfolder: 'C:\\passwd', type: 'output' },
      { filename: 'x.png', subfolder: 'a\\..\\..', type: 'output' },
      { filename: '..', subfolder: '', type: 'output' },
    ]) {
      const job = newJob();
      rig.proxy.plant(/^GET \/api\/jobs/, done(job, file), 9);
      assert.equal((await failure(job)).kind, 'bad-reply', JSON.stringify(file));
      rig.proxy.heal();
    }
    assert.equal(rig.proxy.count(/passwd|^GET \/view.*\.\./), 0);
  });

  it('with a video where an image should be: never fetched, and the fault of the graph', async () => {
    const job = newJob();
    const before = rig.proxy.count(/^POST \/prompt|^POST \/free/);
    rig.proxy.plant(/^GET \/api\/jobs/, done(job, { filename: 'x_00001_.mp4', subfolder: 'azit', type: 'output' }), 9);
    const { kind, message } = await failure(job);
    assert.equal(kind, 'validation');
    assert.match(message, /x_00001_\.mp4 is not an image; node 8, SaveImage, should save one as PNG, JPEG or WebP\.$/);
    assert.equal(rig.proxy.count(/mp4/), 0);
    assert.equal(rig.proxy.count(/^POST \/prompt|^POST \/free/) - before, 0, 'drawn again, which may take an hour');
  });

  it("with the image of somebody else's prompt: not taken for ours", async () => {
    const theirs = newJob();
    await rig.client.render(theirs);
    const ours = newJob();
    const prefix = theirs.graph['8'].inputs.filename_prefix as string;
    const [subfolder, name] = prefix.split('/');
    rig.proxy.plant(/^GET \/api\/jobs/, done(ours, { filename: `${name}_00001_.png`, subfolder, type: 'output' }));
    const image = await rig.another().render(ours);
    assert.notEqual(image.sha256, (await rig.client.render(theirs)).sha256);
  });

  it('with a million choices for one input: refused in a sentence', async () => {
    const { graph } = newJob();
    const info = (choices: string[]) => ({ input: { required: { ckpt_name: [choices, {}] } }, output: ['MODEL'] });
    const answer = (choices: string[]): Fault => json({ CheckpointLoaderSimple: info(choices) });
    rig.proxy.plant(/^GET \/object_info/, answer(Array<string>(1e6).fill('a')), 9);
    await assert.rejects(
      rig.another().inventory().gapsOf(graph),
      /lists 1000000 choices for CheckpointLoaderSimple's ckpt_name: the limit is 50000\.$/,
    );
    rig.proxy.heal();
    rig.proxy.plant(/^GET \/object_info/, answer(Array<string>(1e5).fill('a'.repeat(100))), 9);
    await assert.rejects(rig.another().inventory().gapsOf(graph), { kind: 'endless-reply' });
  });

  it('with messages of any length: a failure stays small enough for a run’s history', async () => {
    const long = 'x\n'.repeat(1e6);
    const error = { type: long, message: long, details: long, extra_info: {} };
    rig.proxy.plant(
      /^POST \/prompt/,
      { do: 'answer', status: 400, body: JSON.stringify({ error, node_errors: {} }) },
      9,
    );
    assert.match((await failure(newJob())).message, /^[^\n]{20,2000}$/);
    const system = {
      comfyui_version: long,
      os: long,
      python_version: long,
      argv: Array<string>(1000).fill(long.slice(0, 9999)),
    };
    rig.proxy.plant(/system_stats/, json({ system, devices: [] }));
    assert.ok(JSON.stringify(await rig.client.stats()).length < 100_000);
  });
});

/** A header that promises 65,535 x 65,535 pixels; all checksums are right. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, crc]);
  };
  const header = Buffer.from([0, 0, 255, 255, 0, 0, 255, 255, 8, 2, 0, 0, 0]);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IEND', Buffer.alloc(0))]);
}
