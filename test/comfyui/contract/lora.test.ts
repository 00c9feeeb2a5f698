import assert from 'node:assert/strict';
import { unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from './client.js';
import { endlessGraph, loraGraph, newSeed, plainGraph, samplerGraph } from './graphs.js';
import { adapterOf, fileOf, layerOf, place, type Layer, type Tensors } from './lora-files.js';
import { describeContract } from './server.js';

describeContract('LoRAs', (server) => {
  let layer: Layer;
  before(async function () {
    if (server().place.lorasDir === null) this.skip();
    layer = await layerOf(server());
  });

  const adapter = (size: number, other: Partial<Layer> = {}) => adapterOf({ ...layer, ...other }, size);
  const put = (name: string, bytes: Buffer) => place(server(), name, bytes);
  const publish = (name: string, tensors: Tensors) => put(name, fileOf(tensors));
  const entries = async () => (await server().json('/internal/logs/raw')).entries as { t: string; m: string }[];
  const mark = async () => (await entries()).at(-1)?.t ?? '';
  /** The log since a mark. 0.33 colours its lines. */
  const logSince = async (since: string): Promise<string> =>
    (await entries())
      .filter(({ t }) => t > since)
      .map(({ m }) => m)
      .join('')
      // eslint-disable-next-line no-control-regex
      .replaceAll(/\x1b\[[0-9;]*m/g, '');
  const draw = async (graph: Json) => server().pixels(await server().run(graph));
  const withLora = (name: string, strength = 1, inputs = {}) =>
    draw(loraGraph(server().checkpoint, name, strength, inputs));
  const without = () => draw(samplerGraph(server().checkpoint));
  const failureOf = async (graph: Json) => (await server().run(graph)).status.messages.at(-1) as [string, Json];

  it('a new file is accepted by the very next prompt and listed at once', async () => {
    await put('half.safetensors.part', fileOf(adapter(1)));
    for (const name of ['new.safetensors', 'deep/er/ü n.safetensors', 'UPPER.SAFETENSORS']) {
      const listed = await publish(name, adapter(1));
      assert.ok(!(await withLora(listed)).equals(await without()));
      assert.ok((await server().json('/models/loras')).includes(listed));
    }
    assert.ok(!(await server().json('/models/loras')).some((name: string) => name.endsWith('.part')));
  });

  it('strength matters, and 0 is no LoRA', async () => {
    const name = await publish('s.safetensors', adapter(1));
    const [none, zero] = [await without(), await withLora(name, 0)];
    const [half, full] = [await withLora(name, 0.5), await withLora(name, 1)];
    assert.ok(zero.equals(none));
    assert.ok(!half.equals(none) && !half.equals(full));
  });

  it('keys that match nothing: success, the image without LoRA, and only a log line for each', async () => {
    const name = await publish('foreign.safetensors', adapter(1, { name: 'transformer.blocks.0.attn' }));
    const before = await mark();
    assert.ok((await withLora(name)).equals(await without()));
    const log = await logSince(before);
    assert.match(log, /lora key not loaded: transformer\.blocks\.0\.attn\.lora_A\.weight$/m);
    assert.match(log, /lora key not loaded: transformer\.blocks\.0\.attn\.lora_B\.weight$/m);
  });

  it('shapes that do not fit: success, the image without LoRA, and an ERROR line', async () => {
    const { rows, columns } = layer;
    const name = await publish('narrow.safetensors', adapter(1, { rows: rows + 1 }));
    const before = await mark();
    assert.ok((await withLora(name)).equals(await without()));
    const line = `ERROR lora ${layer.name}.weight shape '[${rows}, ${columns}]' is invalid for input of size ${(rows + 1) * columns}`;
    assert.ok((await logSince(before)).includes(line));
  });

  it('some keys that match: those are applied, the others only leave a line in the log', async () => {
    const name = await publish('half.safetensors', new Map([...adapter(1), ...adapter(1, { name: 'nobody.knows' })]));
    const whole = await publish('whole.safetensors', adapter(1));
    const before = await mark();
    const drawn = await withLora(name);
    assert.match(await logSince(before), /lora key not loaded: nobody\.knows\.lora_A\.weight$/m);
    assert.ok(drawn.equals(await withLora(whole)));
  });

  it('a DoRA is applied in part, and that only the log says', async () => {
    const { rows } = layer;
    const magnitude = { dtype: 'F32' as const, shape: [rows], data: Array.from({ length: rows }, () => 1) };
    const key = `${layer.name}.magnitude`;
    const name = await publish('dora.safetensors', new Map([...adapter(1), [key, magnitude]]));
    const before = await mark();
    assert.ok(!(await withLora(name)).equals(await without()));
    assert.ok((await logSince(before)).includes(`lora key not loaded: ${key}`));
  });

  it('an untrained adapter (B = 0) is the image without LoRA, and no log line', async () => {
    const name = await publish('untrained.safetensors', adapter(0));
    const before = await mark();
    assert.ok((await withLora(name)).equals(await without()));
    assert.doesNotMatch(await logSince(before), /lora key|ERROR lora/);
  });

  it('NaN weights are a success whose image is all black', async () => {
    const tensors = adapter(1);
    (tensors.get(`${layer.name}.lora_B.weight`) as { data: number[] }).data[3] = NaN;
    assert.ok((await withLora(await publish('nan.safetensors', tensors))).every((value) => value === 0));
  });

  const whole = () => fileOf(adapter(1));
  const broken: [title: string, bytes: () => Buffer, message: string][] = [
    ['cut in its data', () => whole().subarray(0, -10), 'incomplete metadata, file not fully covered'],
    ['cut in its header', () => whole().subarray(0, 40), 'invalid header length'],
    ['empty', () => Buffer.alloc(0), 'header too small'],
    ['a web page', () => Buffer.from('<!doctype html><html>sorry</html>'), 'header too large'],
  ];
  for (const [title, bytes, message] of broken)
    it(`a file ${title} fails at its loader in the words of safetensors, and the server goes on`, async () => {
      const name = await put(`broken-${newSeed()}.safetensors`, bytes());
      const [event, data] = await failureOf(loraGraph(server().checkpoint, name));
      assert.deepEqual([event, data.node_id], ['execution_error', '8']);
      assert.equal(data.exception_type, 'safetensors._safetensors_rust.SafetensorError');
      assert.equal(data.exception_message, `Error while deserializing header: ${message}\n`);
      assert.equal((await server().run(plainGraph())).status.status_str, 'success');
    });

  it('a file deleted between POST and execution fails as FileNotFoundError', async () => {
    const name = await publish('gone.safetensors', adapter(1));
    const blocker = await server().submit(endlessGraph(server().checkpoint));
    const id = await server().submit(loraGraph(server().checkpoint, name, 1, { seed: newSeed() }));
    await unlink(path.join(server().place.lorasDir as string, name));
    await server().stopped(blocker);
    const [event, data] = (await server().finished(id)).status.messages.at(-1);
    assert.deepEqual([event, data.exception_type], ['execution_error', 'FileNotFoundError']);
    assert.equal(data.exception_message, `Model in folder 'loras' with filename '${name}' not found.\n`);
  });

  it('a file overwritten under its name stays stale, until another one went through its node or /free', async () => {
    const stale = await publish('stale.safetensors', adapter(1));
    const other = await publish('other.safetensors', adapter(0.5));
    const old = await withLora(stale);
    await publish('stale.safetensors', adapter(-1));
    assert.ok((await withLora(stale)).equals(old));
    await withLora(stale, 0.9);
    assert.ok((await withLora(stale)).equals(old));
    await withLora(other);
    const fresh = await withLora(stale);
    assert.ok(!fresh.equals(old));
    await publish('stale.safetensors', adapter(2));
    assert.ok((await withLora(stale)).equals(fresh));
    await server().run(plainGraph()); // a prompt without the node: its memory goes
    assert.ok(!(await withLora(stale)).equals(fresh));
  });

  it('a LoRA named as the checkpoint is not in its list', async () => {
    const lora = path.posix.join('../loras', await publish('as-checkpoint.safetensors', adapter(1)));
    const graph = samplerGraph(lora, { seed: newSeed() });
    assert.equal((await server().refused(graph)).node_errors['1'].errors[0].type, 'value_not_in_list');
  });

  it('/view_metadata shows what the header says, and 404 for a file without metadata or none at all', async () => {
    const meta = encodeURIComponent(await publish('meta.safetensors', adapter(1)));
    assert.deepEqual(await server().json(`/view_metadata/loras?filename=${meta}`), { ss_steps: '7' });
    const cut = encodeURIComponent(await put('cut.safetensors', whole().subarray(0, -10)));
    assert.deepEqual(await server().json(`/view_metadata/loras?filename=${cut}`), { ss_steps: '7' });
    const bare = await put('bare.safetensors', bareFile());
    for (const name of [bare, 'none.safetensors'])
      assert.equal((await server().get(`/view_metadata/loras?filename=${encodeURIComponent(name)}`)).status, 404, name);
  });
});

function bareFile(): Buffer {
  const header = Buffer.from('{}      ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}
