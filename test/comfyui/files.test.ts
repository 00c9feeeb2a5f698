import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeSafetensors } from '../support/safetensors.js';
import { fillGraph, loadFamilyGraph, promptIdOf, serverWords } from '../../src/comfyui/index.js';
import { Program } from '../support/program.js';
import { newJob, startRig, type Rig } from './rig.js';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const loraBytes = (values: number[], name = 'nothing.that.fits'): Buffer =>
  serializeSafetensors(new Map([[name, { dtype: 'F32' as const, shape: [values.length], data: values }]]));

describe('comfyui files', () => {
  let rig: Rig;
  let folder: string;
  before(async () => {
    rig = await startRig(10, { listMs: 300 });
    folder = await mkdtemp(join(tmpdir(), 'azit-files-'));
  });
  after(async () => {
    await rig.close();
    await rm(folder, { recursive: true });
  });
  afterEach(() => rig.proxy.heal());
  const put = async (bytes: Buffer): Promise<{ path: string; sha256: string }> => {
    const path = join(folder, 'lora.safetensors');
    await writeFile(path, bytes);
    await chmod(path, 0o600);
    return { path, sha256: sha256Of(bytes) };
  };
  const inputs = (): Promise<string[]> => readdir(join(rig.folder, 'input', 'azit'));

  describe('uploads', () => {
    it('puts an image there once, however often it is uploaded and whatever is lost on the way', async () => {
      const { bytes, sha256 } = await rig.client.render(newJob());
      rig.proxy.plant(/^POST \/upload/, { do: 'drop-after' });
      const name = await rig.client.uploadImage(bytes, sha256);
      assert.equal(name, `azit/${sha256}.png`);
      assert.equal(await rig.another().uploadImage(bytes, sha256), name);
      assert.deepEqual(
        (await inputs()).filter((file) => file.startsWith(sha256.slice(0, 8))),
        [`${sha256}.png`],
      );
      assert.deepEqual(await readFile(join(rig.folder, 'input', name)), bytes);
    });

    it('heals an upload that was cut earlier, instead of using a second name', async () => {
      const { bytes, sha256 } = await rig.client.render(newJob());
      const cut = join(rig.folder, 'input', 'azit', `${sha256}.png`);
      await writeFile(cut, bytes.subarray(0, 100));
      assert.equal(await rig.client.uploadImage(bytes, sha256), `azit/${sha256}.png`);
      assert.deepEqual(await readFile(cut), bytes);
    });

    it('does not follow the server to another place', async () => {
      const body = JSON.stringify({ name: '../../x.png', subfolder: 'azit', type: 'input' });
      rig.proxy.plant(/^POST \/upload/, { do: 'answer', status: 200, body });
      await assert.rejects(rig.client.uploadImage(Buffer.from('x'), sha256Of(Buffer.from('x'))), { kind: 'bad-reply' });
    });
  });

  describe('LoRAs', () => {
    it('appears whole, readable by others, under a name of its content that the server lists', async () => {
      const { path, sha256 } = await put(loraBytes([1, 2]));
      const name = await rig.client.ensureLora(path, sha256, 'Mina / step 2400');
      assert.equal(name, `azit/mina-step-2400-${sha256.slice(0, 12)}.safetensors`);
      const published = join(rig.lorasDir, name);
      assert.equal((await stat(published)).mode & 0o777, 0o644);
      assert.deepEqual(await readFile(published), await readFile(path));
      const { ino } = await stat(published);
      assert.equal(await rig.client.ensureLora(path, sha256, 'Mina / step 2400'), name);
      assert.equal((await stat(published)).ino, ino, 'not written again');
      const files = (await readdir(join(rig.lorasDir, 'azit'))).filter((file) => !file.startsWith('family'));
      assert.deepEqual(files, ['.users', name.slice('azit/'.length)]);
      assert.ok((await rig.client.render(newJob({ lora: { name, strength: 1 } }))).bytes.length > 0);
    });

    it('replaces a cut file of an earlier attempt by rename, never in place', async () => {
      const { path, sha256 } = await put(loraBytes([3]));
      const name = await rig.client.ensureLora(path, sha256, 'cut');
      const published = join(rig.lorasDir, name);
      await writeFile(published, 'cut');
      const { ino } = await stat(published);
      await rig.client.ensureLora(path, sha256, 'cut');
      assert.equal(sha256Of(await readFile(published)), sha256);
      assert.notEqual((await stat(published)).ino, ino);
    });

    it("clears away what a killed worker had half copied, but nothing that another one copies now or that isn't ours", async () => {
      const { path, sha256 } = await put(loraBytes([8]));
      await rig.client.ensureLora(path, sha256, 'clear');
      const ours = join(rig.lorasDir, 'azit');
      const old = [`.${'0'.repeat(16)}.part`, `.users/.${'1'.repeat(16)}.part`];
      const kept = [`.${'2'.repeat(16)}.part`, 'theirs.part', '.theirs.part'];
      for (const name of [...old, ...kept]) await writeFile(join(ours, name), 'x');
      for (const name of [...old, ...kept.slice(1)]) await utimes(join(ours, name), 0, 0);
      await rig.client.tidyLoras(async () => false);
      const left = await readdir(ours, { recursive: true });
      assert.deepEqual(
        [...old, ...kept].filter((name) => left.includes(name)),
        kept,
      );
    });

    it('refuses a broken LoRA, and one that is not what was promised, before the server sees it', async () => {
      const published = await readdir(join(rig.lorasDir, 'azit'));
      const nan = await put(loraBytes([NaN]));
      await assert.rejects(rig.client.ensureLora(nan.path, nan.sha256, 'nan'), {
        kind: 'lora-broken',
        message: /NaN or infinity in nothing/,
      });
      const cut = await put(loraBytes([1, 2, 3]).subarray(0, -4));
      await assert.rejects(rig.client.ensureLora(cut.path, cut.sha256, 'cut'), { kind: 'lora-broken' });
      const other = await put(loraBytes([4]));
      await assert.rejects(rig.client.ensureLora(other.path, 'f'.repeat(64), 'other'), {
        message: /expected sha256 ffff.*found/,
      });
      assert.deepEqual(await readdir(join(rig.lorasDir, 'azit')), published);
    });

    it('says that --loras-dir is another folder when the server does not list the file', async () => {
      const { path, sha256 } = await put(loraBytes([5]));
      for (const name of ['elsewhere', 'dangling', 'filed']) await mkdir(join(folder, name));
      await symlink(join(folder, 'nowhere'), join(folder, 'dangling', 'azit'));
      await writeFile(join(folder, 'filed', 'azit'), 'x');
      const elsewhere = rig.another({ lorasDir: join(folder, 'elsewhere') });
      await assert.rejects(elsewhere.ensureLora(path, sha256, 'x'), { kind: 'bad-setting', message: /--loras-dir/ });
      const typo = rig.another({ lorasDir: join(folder, 'typo') });
      await assert.rejects(typo.ensureLora(path, sha256, 'x'), { kind: 'bad-setting', message: /does not exist/ });
      for (const [lorasDir, code] of [
        [join(folder, 'dangling'), 'EEXIST'],
        [join(folder, 'filed'), 'EEXIST'],
        ...(existsSync('/proc/self') ? [['/proc/self', 'ENOENT']] : []),
      ])
        await assert.rejects(rig.another({ lorasDir }).ensureLora(path, sha256, 'x'), {
          kind: 'bad-setting',
          message: new RegExp(`can't write ${lorasDir}.*${code}.*--loras-dir`),
        });
      const without = rig.another({ lorasDir: undefined });
      await assert.rejects(without.ensureLora(path, sha256, 'x'), { kind: 'bad-setting', message: /--loras-dir/ });
    });

    it('removes what it published once all its users are released, and nothing else', async () => {
      const { path, sha256 } = await put(loraBytes([6]));
      const name = await rig.client.ensureLora(path, sha256, 'gone', 'mina/sweep');
      await rig.client.ensureLora(path, sha256, 'gone', 'lena/sweep');
      const theirs = ['theirs.safetensors', 'azit/x.safetensors', `azit/gone-${'a'.repeat(12)}.safetensors`];
      for (const other of theirs) await writeFile(join(rig.lorasDir, other), 'x');
      const released = (...users: string[]) => rig.another().tidyLoras(async (user) => users.includes(user));
      assert.deepEqual(await released('mina/sweep'), [], 'lena still needs it');
      assert.deepEqual(await released('mina/sweep', 'lena/sweep'), [name]);
      assert.deepEqual(await released('mina/sweep', 'lena/sweep'), []);
      const left = [...(await readdir(rig.lorasDir)), ...(await readdir(join(rig.lorasDir, 'azit')))];
      for (const other of theirs) assert.ok(left.includes(other.replace('azit/', '')), other);
      assert.ok(!left.includes(name.slice('azit/'.length)));
    });

    it('leaves nothing of ours and takes nothing else, however often it is killed between two removals', async () => {
      const lorasDir = join(folder, 'killed');
      await mkdir(join(lorasDir, 'azit'), { recursive: true });
      await writeFile(join(lorasDir, 'azit', 'theirs.safetensors'), 'x');
      const sharing = rig.another({ lorasDir });
      const { path, sha256 } = await put(loraBytes([6, 8]));
      for (const user of ['mina', 'lena'])
        await assert.rejects(sharing.ensureLora(path, sha256, 'killed', user), /does not list/);
      const deaths = [];
      for (let ended = null; ended !== 0; deaths.push(ended)) {
        const tidy = new Program('test/comfyui/programs/dying-tidy.ts', [lorasDir]);
        ended = await tidy.ended;
        assert.ok(ended === 0 || tidy.child.signalCode === 'SIGKILL', tidy.output);
      }
      assert.equal(deaths.length, 3, 'a LoRA and two notes');
      assert.deepEqual((await readdir(lorasDir, { recursive: true })).sort(), [
        'azit',
        'azit/.users',
        'azit/theirs.safetensors',
      ]);
    });

    it('leaves a file of other content under our name, whoever put it there', async () => {
      const { path, sha256 } = await put(loraBytes([6, 6]));
      const name = await rig.client.ensureLora(path, sha256, 'swapped', 'ira/sweep');
      await writeFile(join(rig.lorasDir, name), 'somebody else');
      assert.deepEqual(await rig.client.tidyLoras(async (user) => user === 'ira/sweep'), []);
      assert.equal(await readFile(join(rig.lorasDir, name), 'utf8'), 'somebody else');
    });

    it('removes what was forgotten for a day, and what a killed worker had only noted', async () => {
      const { path, sha256 } = await put(loraBytes([6, 7]));
      const name = await rig.client.ensureLora(path, sha256, 'idle', 'terminated/sweep');
      const notes = join(rig.lorasDir, 'azit', '.users');
      const [note] = (await readdir(notes)).filter((file) => file.startsWith('idle'));
      await writeFile(join(notes, 'broken.json'), '{');
      assert.deepEqual(await rig.client.tidyLoras(async () => false), []);
      await utimes(join(notes, note), 0, 0);
      await rm(join(rig.lorasDir, name));
      assert.deepEqual(await rig.client.tidyLoras(async () => false), []);
      assert.deepEqual(
        (await readdir(notes)).filter((file) => /idle|broken/.test(file)),
        ['broken.json'],
      );
    });

    it('reports the keys that a "successful" render did not apply, since the mark only', async () => {
      const { path, sha256 } = await put(loraBytes([7], 'some.key.lora_A.weight'));
      const name = await rig.client.ensureLora(path, sha256, 'foreign');
      const mark = await rig.client.logMark();
      await rig.client.render(newJob({ lora: { name, strength: 1 } }));
      const { notLoaded } = await rig.client.loraReport(mark);
      assert.deepEqual(notLoaded, ['some.key.lora_A.weight']);
      assert.deepEqual((await rig.client.loraReport(await rig.client.logMark())).notLoaded, []);
    });

    it('counts from the mark by its place: the clock of the server may have been set back, its log have scrolled on', async () => {
      const entries = [
        { t: '2026-11-24T10:00:00.1', m: 'lora key not loaded: before\n' },
        { t: '2026-11-24T10:00:00.2', m: 'the mark\n' },
        { t: '2026-11-23T10:00:00.3', m: 'lora key not loaded: after\n' },
      ];
      rig.proxy.plant(/logs/, { do: 'answer', status: 200, body: JSON.stringify({ entries }) }, 2);
      assert.deepEqual((await rig.client.loraReport('2026-11-24T10:00:00.2')).notLoaded, ['after']);
      assert.deepEqual((await rig.client.loraReport('2026-11-24T09:00:00.0')).notLoaded, ['before', 'after']);
    });

    it("tells our prompts' lines from those of everybody's, in whatever time zone the log is", async () => {
      const at = Date.parse('2026-11-24T10:00:00Z');
      const line = (t: string, key: string): object => ({ t, m: `lora key not loaded: ${key}\n` });
      const entries = [
        line('2026-11-24T15:29:59.000000', 'long ago'),
        { t: '2026-11-24T15:29:59.500000', m: 'the attempt began\n' },
        line('2026-11-24T15:29:59.990000', 'before'),
        line('2026-11-24T15:30:00.100000', 'ours'),
        line('2026-11-24T15:30:01.500000', 'between'),
        line('2026-11-24T15:30:02.900000', 'ours too'),
        line('2026-11-24T15:30:03.010000', 'after'),
        line('no time', 'perhaps'),
      ];
      rig.proxy.plant(/logs/, { do: 'answer', status: 200, body: JSON.stringify({ entries }) }, 2);
      const executions = [
        { startedAtMs: at, endedAtMs: at + 1000 },
        { startedAtMs: at + 2000, endedAtMs: at + 3000 },
      ];
      const own = { since: '2026-11-24T15:29:59.500000', executions };
      assert.deepEqual(await rig.client.loraReport(null, own), {
        notLoaded: ['long ago'],
        shapeErrors: [],
        ours: { notLoaded: ['ours', 'ours too', 'perhaps'], shapeErrors: [] },
        elsewhere: { notLoaded: ['before', 'between', 'after'], shapeErrors: [] },
      });
      const everything = await rig.client.loraReport(null, { ...own, executions: [] });
      assert.equal(everything.notLoaded.length, 7);
    });

    it('finds both patterns in coloured and split lines, and nothing where the server has no log', async () => {
      const entries = [
        { t: '2026-11-23T23:24:30.1', m: '\u001b[1m\u001b[33m[WARNING]\u001b[0m lora key not ' },
        { t: '2026-11-23T23:24:30.2', m: 'loaded: a.b\u001b[0m\nlora key not loaded: a.b\n' },
        { t: '2026-11-23T23:24:30.3', m: "ERROR lora c.weight shape '[768, 128]' is invalid for input of size 8192\n" },
      ];
      rig.proxy.plant(/logs/, { do: 'answer', status: 200, body: JSON.stringify({ entries }) });
      assert.deepEqual(await rig.client.loraReport(null), {
        notLoaded: ['a.b'],
        shapeErrors: ["c.weight shape '[768, 128]' is invalid for input of size 8192"],
      });
      rig.proxy.plant(/logs/, { do: 'answer', status: 404 }, 2);
      assert.deepEqual(await rig.client.loraReport(null), { notLoaded: [], shapeErrors: [] });
      assert.equal(await rig.client.logMark(), null);
    });
  });

  it('removes the images of ours that are kept elsewhere, and no others, however often', async () => {
    const outputDir = join(rig.folder, 'output');
    const sharing = rig.another({ outputDir });
    const [job, other] = [newJob(), newJob()];
    await sharing.render(job);
    await sharing.render(other);
    const foreign = ['theirs.png', 'azit/theirs.png', 'azit/0123456789abcdef_00001_.png'];
    for (const name of foreign) await writeFile(join(outputDir, name), 'x');
    const before = await readdir(join(outputDir, 'azit'));
    await rig.client.removeOutputs([job.graph]);
    assert.deepEqual(await readdir(join(outputDir, 'azit')), before, 'without --output-dir nothing is touched');
    await sharing.removeOutputs([job.graph]);
    await sharing.removeOutputs([job.graph]);
    const left = await readdir(join(outputDir, 'azit'));
    const ownPrefix = String(job.graph['8'].inputs.filename_prefix).slice('azit/'.length);
    assert.deepEqual(
      left,
      before.filter((name) => !name.startsWith(ownPrefix)),
    );
    assert.equal(left.length, before.length - 1);
    assert.ok((await sharing.render({ ...job, promptId: newJob().promptId })).bytes.length > 0, 'drawn again if asked');
  });

  it('removes the images of ours that nobody fetched for a day, and no others', async () => {
    const outputDir = join(rig.folder, 'output');
    await mkdir(join(outputDir, 'azit'), { recursive: true });
    const [old, fresh, theirs] = [
      `azit/${'a'.repeat(16)}_00001_.png`,
      `azit/${'b'.repeat(16)}_00001_.png`,
      'azit/old.png',
    ];
    for (const name of [old, fresh, theirs]) await writeFile(join(outputDir, name), 'x');
    for (const name of [old, theirs]) await utimes(join(outputDir, name), 0, 0);
    await rig.another({ outputDir }).tidyOutputs();
    const left = await readdir(outputDir, { recursive: true });
    assert.deepEqual(
      [old, fresh, theirs].map((name) => left.includes(name)),
      [false, true, true],
    );
  });

  it('says that a family has no graph of a kind, and never leaves the folder of the families', async () => {
    await assert.rejects(loadFamilyGraph('none', 'edit'), {
      kind: 'graph',
      message: /graph edit of the model family none/,
    });
    await assert.rejects(loadFamilyGraph('../sandbox', 'edit'), { kind: 'graph' });
  });

  it('renders the graphs of the family sandbox, filled by their titles', async () => {
    const size = { width: 64, height: 64 };
    const { path, sha256 } = await put(loraBytes([9]));
    const lora = { name: await rig.client.ensureLora(path, sha256, 'family'), strength: 1 };
    const { bytes } = await rig.client.render(newJob());
    const image = await rig.client.uploadImage(bytes, sha256Of(bytes));
    for (const [kind, values] of [
      ['text-to-image', { size }],
      ['text-to-image-lora', { size, lora }],
      ['edit', { size, image }],
    ] as const) {
      const graph = fillGraph(await loadFamilyGraph('sandbox', kind), { prompt: 'a face', seed: 1, ...values });
      const rendered = await rig.client.render({ promptId: promptIdOf([kind]), graph });
      assert.equal(rendered.mediaType, 'image/png', kind);
    }
  });

  it('reads the server in one look: version, memory, arguments', async () => {
    const { version, product, devices, flags } = await rig.client.stats();
    assert.match(version, /^\d+\.\d+\.\d+$/);
    // What the sandbox calls itself stands under its pictures.
    assert.match(product ?? '', /^azit-sandbox \d/);
    assert.deepEqual([serverWords({ product, version }), serverWords({ product: null, version })], [product, version]);
    assert.ok(devices[0].vramTotalBytes > 0);
    assert.deepEqual(flags, ['--cpu']);
  });
});
