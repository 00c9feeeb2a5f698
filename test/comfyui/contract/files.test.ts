import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { withoutAssets, type Json } from './client.js';
import { newPrefix, own, plainGraph, saveNode, type TestGraph } from './graphs.js';
import { describeContract } from './server.js';

describeContract('files it writes, takes and shows', (server) => {
  const saved = async (prefix: string, more: Record<string, unknown> = {}) =>
    (await server().run(plainGraph(prefix), more)).outputs['2'].images as Json[];
  const png = (shade: number) =>
    sharp({ create: { width: 4, height: 4, channels: 3, background: { r: shade, g: 0, b: 0 } } })
      .png()
      .toBuffer();

  const upload = (name: string | null, bytes: Buffer, fields: Record<string, string> = {}) =>
    server().upload(name, bytes, { subfolder: own, ...fields });
  const nameOf = async (reply: Response) => ((await reply.json()) as Json).name;
  /** A run of the suite never meets the files of another one. */
  const fresh = (name: string) => `${randomUUID().slice(0, 8)}-${name}`;

  describe('outputs', () => {
    it('are numbered by listing: one more than the greatest, whatever the extension', async () => {
      const subfolder = `${own}/n`;
      for (const name of ['q_00005_.png', 'q_00009_.txt', 'qq_00050_.png', 'Q_00060_.png'])
        await upload(name, await png(1), { type: 'output', subfolder });
      assert.deepEqual(withoutAssets(await saved(`${subfolder}/q`)), [
        { filename: 'q_00010_.png', subfolder, type: 'output' },
      ]);
    });

    it('of a batch are numbered on, and the prefix may ask for sizes and batch numbers', async () => {
      const graph = plainGraph(`${own}/batch/%width%x%height%-%batch_num%`);
      graph['1'].inputs.batch_size = 3;
      const { images } = (await server().run(graph)).outputs['2'];
      const names = images.map(({ filename }: Json) => filename);
      assert.deepEqual(names, ['16x16-0_00001_.png', '16x16-1_00002_.png', '16x16-2_00003_.png']);
    });

    it('of odd prefixes go where ComfyUI puts them', async () => {
      const [plain, slash, number] = [await saved(''), await saved(`${own}-t8/`), await saved('n_00007_')];
      assert.match(plain[0].filename, /^\._\d{5}_\.png$/);
      assert.equal(plain[0].subfolder, '');
      assert.deepEqual([slash[0].filename, slash[0].subfolder], [`${own}-t8_00001_.png`, '']);
      assert.match(number[0].filename, /^n_00007__\d{5}_\.png$/);
      const [year] = await saved(`${own}/%year%-%date:yyyy%`);
      assert.match(year.filename, /^\d{4}-%date:yyyy%_00001_\.png$/);
    });

    it('never leave output/: the prompt fails', async () => {
      for (const prefix of ['../../evil', '/tmp/evil']) {
        const { status } = await server().run(plainGraph(prefix));
        const [event, data] = status.messages.at(-1);
        assert.deepEqual([event, data.exception_type], ['execution_error', 'Exception']);
        assert.match(
          data.exception_message,
          /^\*\*\*\* ERROR: Saving image outside the output folder is not allowed\./,
        );
      }
    });

    it('carry the graph and each extra_pnginfo key as tEXt, between IHDR and IDAT, with right checksums', async () => {
      const graph = plainGraph(`${own}/meta/ü`);
      const extra_data = { extra_pnginfo: { workflow: { id: 'wf' }, foo: [1, 'é'] } };
      const { images } = (await server().run(graph, { extra_data })).outputs['2'];
      const chunks = chunksOf(await server().bytes(images[0]));
      assert.deepEqual(
        chunks.slice(0, 4).map(([type]) => type),
        ['IHDR', 'tEXt', 'tEXt', 'tEXt'],
      );
      assert.deepEqual(new Set(chunks.slice(4).map(([type]) => type)), new Set(['IDAT', 'IEND']));
      const texts = chunks.slice(1, 4).map(([, data]) => data.toString('latin1').split('\0'));
      assert.deepEqual(
        texts.map(([key]) => key),
        ['prompt', 'workflow', 'foo'],
      );
      assert.deepEqual(JSON.parse(texts[0][1]), graph);
      assert.match(texts[0][1], /^\{"1": \{"class_type": "EmptyImage", "inputs": \{"width": 16, /);
      assert.equal(texts[2][1], '[1, "\\u00e9"]');
    });

    it('of equal pixels and graph are equal bytes', async () => {
      const graph = plainGraph(newPrefix());
      const [first] = (await server().run(graph)).outputs['2'].images;
      await server().run(plainGraph()); // drops what is cached
      const [second] = (await server().run(graph)).outputs['2'].images;
      assert.notEqual(first.filename, second.filename);
      assert.ok((await server().bytes(first)).equals(await server().bytes(second)));
    });

    it('of PreviewImage lie in temp/', async () => {
      const graph: TestGraph = { ...plainGraph(), '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } } };
      const [image] = (await server().run(graph)).outputs['2'].images;
      assert.match(image.filename, /^ComfyUI_temp_[a-z]{5}_00001_\.png$/);
      assert.equal(image.type, 'temp');
      assert.ok((await server().bytes(image)).length > 0);
    });
  });

  describe('/view', () => {
    it('answers 404, 400 or 403 instead of showing what is not there or lies outside', async () => {
      const cases: [string, number][] = [
        ['', 404],
        ['filename=', 400],
        ['filename=none.png', 404],
        ['filename=../x.png', 400],
        ['filename=/etc/passwd', 400],
        ['filename=x.png&type=nope', 400],
        ['filename=x.png&subfolder=..', 403],
        ['filename=passwd&subfolder=/etc', 403],
      ];
      for (const [query, status] of cases) assert.equal((await server().get(`/view?${query}`)).status, status, query);
    });

    it('cuts a path in the filename to its last part, and takes "[input]" for the type', async () => {
      const name = `${own}-v.png`;
      await upload(name, await png(1), { subfolder: '' });
      assert.equal((await server().get(`/view?filename=some/where/${name}&type=input`)).status, 200);
      assert.equal((await server().get(`/view?filename=${encodeURIComponent(`${name} [input]`)}`)).status, 200);
      await upload(name, await png(1));
      assert.equal((await server().get(`/view?filename=${name}&type=input&subfolder=${own}`)).status, 200);
    });

    it('gives the file itself, or a preview in webp', async () => {
      const [image] = await saved(`${own}/view/x`);
      const query = new URLSearchParams(image);
      const whole = await server().get(`/view?${query}`);
      assert.equal(whole.headers.get('content-type'), 'image/png');
      assert.equal(whole.headers.get('content-disposition'), 'filename="x_00001_.png"');
      assert.equal(whole.headers.get('x-content-type-options'), server().since('0.25.0') ? 'nosniff' : null);
      const bytes = Buffer.from(await whole.arrayBuffer());
      assert.equal(Number(whole.headers.get('content-length')), bytes.length);
      assert.equal((await sharp(bytes).metadata()).width, 16);
      const preview = await server().get(`/api/view?${query}&preview=webp;90`);
      assert.equal(preview.headers.get('content-type'), 'image/webp');
      assert.equal((await sharp(Buffer.from(await preview.arrayBuffer())).metadata()).format, 'webp');
    });
  });

  describe('/upload/image', () => {
    it('keeps the name of equal bytes and renames others', async () => {
      const [a, b, c] = [await png(10), await png(20), await png(30)];
      const names = [];
      const subfolder = `${own}/up`;
      for (const bytes of [a, a, b, b, c]) names.push(await nameOf(await upload('a.png', bytes, { subfolder })));
      assert.deepEqual(names, ['a.png', 'a.png', 'a (1).png', 'a (1).png', 'a (2).png']);
      assert.equal(await nameOf(await upload('a.png', c, { subfolder, overwrite: 'True' })), 'a (2).png');
      assert.equal(await nameOf(await upload('a.png', c, { subfolder, overwrite: 'true' })), 'a.png');
      assert.ok((await server().bytes({ filename: 'a.png', subfolder, type: 'input' })).equals(c));
    });

    it('takes what is no form for one without a file', async () => {
      const reply = await server().post('/upload/image', 'text');
      assert.deepEqual([reply.status, await reply.text()], [400, '']);
    });

    it('answers with subfolder and type as given', async () => {
      const subfolder = `a/../${own}`;
      const reply = await upload('s.png', await png(1), { subfolder, type: 'temp' });
      assert.deepEqual(withoutAssets(await reply.json()), { name: 's.png', subfolder, type: 'temp' });
      assert.ok(await server().bytes({ filename: 's.png', subfolder: own, type: 'temp' }));
    });

    it('refuses names, folders and types with the statuses of ComfyUI, and writes nothing outside', async () => {
      const bytes = await png(2);
      const cases: [string | null, Record<string, string>, number][] = [
        [null, {}, 400],
        ['../x', {}, 400],
        ['sub/x', {}, 500],
        ['/tmp/x', {}, 500],
        ['.', {}, 500],
        [`${'x'.repeat(256)}.png`, {}, 500],
        ['ok.png', { subfolder: '../..' }, 400],
        ['ok.png', { subfolder: '/tmp' }, 400],
        ['ok.png', { type: 'nope' }, 500],
      ];
      for (const [name, fields, status] of cases)
        assert.equal(
          (await upload(name, bytes, { subfolder: '', ...fields })).status,
          status,
          `${name} ${JSON.stringify(fields)}`,
        );
      assert.equal(await nameOf(await upload('ä ;ö.png', bytes)), 'ä ;ö.png');
      assert.equal(await nameOf(await upload('.. x.safetensors', bytes)), '.. x.safetensors');
    });

    it('is usable by LoadImage at once, and an overwritten file is noticed', async () => {
      const graph: TestGraph = {
        '1': { class_type: 'LoadImage', inputs: { image: `${own}/load/l.png` } },
        '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
        '3': saveNode(['2', 0], `${own}/load/x`),
      };
      await upload('l.png', await png(10), { subfolder: `${own}/load` });
      assert.deepEqual([...(await server().pixels(await server().run(graph)))].slice(0, 3), [245, 255, 255]);
      await upload('l.png', await png(55), { subfolder: `${own}/load`, overwrite: '1' });
      assert.deepEqual([...(await server().pixels(await server().run(graph)))].slice(0, 3), [200, 255, 255]);
      graph['1'].inputs.image = `${own}/load/x_00002_.png [output]`;
      assert.deepEqual([...(await server().pixels(await server().run(graph)))].slice(0, 3), [54, 0, 0]);
    });

    it('a file that is no image fails when it is loaded, as Pillow says it', async () => {
      const image = fresh('corrupt.png');
      await upload(image, Buffer.from('not an image'), { subfolder: '' });
      const graph: TestGraph = { ...plainGraph(), '1': { class_type: 'LoadImage', inputs: { image } } };
      const [event, data] = (await server().run(graph)).status.messages.at(-1);
      assert.equal(event, 'execution_error');
      assert.deepEqual([data.node_id, data.node_type], ['1', 'LoadImage']);
      assert.equal(data.exception_type, 'PIL.UnidentifiedImageError');
      assert.match(data.exception_message, new RegExp(`^cannot identify image file '.*${image}'\\n$`));
      assert.deepEqual(data.current_inputs, { image: [image] });
    });
  });
});

function chunksOf(bytes: Buffer): [type: string, data: Buffer][] {
  const chunks: [string, Buffer][] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(body));
    chunks.push([body.toString('latin1', 0, 4), body.subarray(4)]);
    at += 12 + length;
  }
  return chunks;
}
