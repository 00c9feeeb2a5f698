import assert from 'node:assert/strict';
import { unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { layerShapes } from '../../../src/sandbox/comfyui/layers.js';
import { writeSafetensors } from '../../../src/sandbox/comfyui/safetensors.js';
import type { Tensor } from '../../../src/sandbox/model/types.js';
import { loraGraph, samplerGraph, useServer, type Json } from './fixture.js';

const RANK = 2;

describe('sandbox ComfyUI: LoRAs', () => {
  const server = useServer();
  const [layer, [rows, columns]] = [...layerShapes][0];

  /** An adapter that moves every scene number by about `size` for any text. */
  function adapter(size: number, name = layer, height = rows): Map<string, Tensor> {
    const wave = (count: number, scale: number) =>
      Float32Array.from({ length: count }, (_, i) => scale * Math.sin(i + 1));
    return new Map([
      [`${name}.lora_A.weight`, { shape: [RANK, columns], data: wave(RANK * columns, 1) }],
      [`${name}.lora_B.weight`, { shape: [height, RANK], data: wave(height * RANK, size) }],
    ]);
  }

  const place = (name: string, bytes: Buffer) => writeFile(path.join(server().base, 'models/loras', name), bytes);
  const publish = (name: string, tensors: Map<string, Tensor>) =>
    place(name, writeSafetensors(tensors, { ss_steps: '7' }));
  const logSince = async (count: number): Promise<string> =>
    (await server().json('/internal/logs/raw')).entries
      .slice(count)
      .map(({ m }: Json) => m)
      .join('');
  const logLength = async () => (await server().json('/internal/logs/raw')).entries.length;
  const draw = async (graph: Json) => server().pixels(await server().run(graph));
  const withLora = (name: string, strength = 1, inputs = {}) => draw(loraGraph(name, strength, inputs));
  const without = () => draw(samplerGraph());

  it('a new file is accepted by the very next prompt and listed at once', async () => {
    await publish('new.safetensors', adapter(1));
    assert.ok((await server().json('/models/loras')).includes('new.safetensors'));
    await publish('half.safetensors.part', adapter(1));
    assert.ok(!(await server().json('/models/loras')).some((name: string) => name.endsWith('.part')));
    assert.ok(!(await withLora('new.safetensors')).equals(await without()));
  });

  it('strength matters, and 0 is no LoRA', async () => {
    await publish('s.safetensors', adapter(1));
    const [none, zero] = [await without(), await withLora('s.safetensors', 0)];
    const [half, full] = [await withLora('s.safetensors', 0.5), await withLora('s.safetensors', 1)];
    assert.ok(zero.equals(none));
    assert.ok(!half.equals(none) && !half.equals(full));
  });

  it('keys that match nothing: success, the picture without LoRA, and only a log line for each', async () => {
    await publish('foreign.safetensors', adapter(1, 'transformer.blocks.0.attn'));
    const before = await logLength();
    assert.ok((await withLora('foreign.safetensors')).equals(await without()));
    const log = await logSince(before);
    assert.match(log, /lora key not loaded: transformer\.blocks\.0\.attn\.lora_A\.weight\n/);
    assert.match(log, /lora key not loaded: transformer\.blocks\.0\.attn\.lora_B\.weight\n/);
  });

  it('shapes that do not fit: success, the picture without LoRA, and an ERROR line', async () => {
    await publish('narrow.safetensors', adapter(1, layer, rows + 1));
    const before = await logLength();
    assert.ok((await withLora('narrow.safetensors')).equals(await without()));
    const line = `ERROR lora ${layer}.weight shape '[${rows}, ${columns}]' is invalid for input of size ${(rows + 1) * columns}`;
    assert.ok((await logSince(before)).includes(line));
  });

  it('an untrained adapter (B = 0) is the picture without LoRA, and no log line', async () => {
    await publish('untrained.safetensors', adapter(0));
    const before = await logLength();
    assert.ok((await withLora('untrained.safetensors')).equals(await without()));
    assert.doesNotMatch(await logSince(before), /lora/);
  });

  it('NaN weights are a success whose picture is all black', async () => {
    const tensors = adapter(1);
    (tensors.get(`${layer}.lora_B.weight`) as Tensor).data[3] = NaN;
    await publish('nan.safetensors', tensors);
    assert.ok((await withLora('nan.safetensors')).every((value) => value === 0));
  });

  const whole = () => writeSafetensors(adapter(1), {});
  const broken: [title: string, bytes: () => Buffer, message: string][] = [
    ['cut in its data', () => whole().subarray(0, -10), 'incomplete metadata, file not fully covered'],
    ['cut in its header', () => whole().subarray(0, 40), 'invalid header length'],
    ['empty', () => Buffer.alloc(0), 'header too small'],
    ['a web page', () => Buffer.from('<!doctype html><html>sorry</html>'), 'header too large'],
  ];
  for (const [title, bytes, message] of broken)
    it(`a file ${title} fails at its loader in the words of safetensors, and the server goes on`, async () => {
      await place('broken.safetensors', bytes());
      const [event, data] = (await server().run(loraGraph('broken.safetensors'))).status.messages.at(-1);
      assert.deepEqual([event, data.node_id], ['execution_error', '8']);
      assert.equal(data.exception_type, 'safetensors._safetensors_rust.SafetensorError');
      assert.equal(data.exception_message, `Error while deserializing header: ${message}\n`);
      assert.equal((await server().run(samplerGraph({ seed: 2 }))).status.status_str, 'success');
    });

  it('a file deleted between POST and execution fails as FileNotFoundError', async () => {
    await publish('gone.safetensors', adapter(1));
    const blocker = await server().submit(samplerGraph({ seed: 77, steps: 10_000 }));
    const id = await server().submit(loraGraph('gone.safetensors', 1, { seed: 78 }));
    await unlink(path.join(server().base, 'models/loras/gone.safetensors'));
    await server().running(blocker);
    await server().post('/interrupt');
    const [, data] = (await server().finished(id)).status.messages.at(-1);
    assert.equal(data.exception_type, 'FileNotFoundError');
    assert.equal(data.exception_message, "Model in folder 'loras' with filename 'gone.safetensors' not found.\n");
  });

  it('a file overwritten under its name stays stale, until another one went through its node or /free', async () => {
    await publish('stale.safetensors', adapter(1));
    await publish('other.safetensors', adapter(0.5));
    const old = await withLora('stale.safetensors', 1);
    await publish('stale.safetensors', adapter(-1));
    assert.ok((await withLora('stale.safetensors', 1)).equals(old));
    await withLora('stale.safetensors', 0.9);
    assert.ok((await withLora('stale.safetensors', 1)).equals(old));
    await withLora('other.safetensors', 1);
    const fresh = await withLora('stale.safetensors', 1);
    assert.ok(!fresh.equals(old));
    await publish('stale.safetensors', adapter(2));
    assert.ok((await withLora('stale.safetensors', 1)).equals(fresh));
    await without(); // a prompt without the node: its memory goes
    assert.ok(!(await withLora('stale.safetensors', 1)).equals(fresh));
    await publish('stale.safetensors', adapter(1));
    await server().post('/free', { unload_models: true, free_memory: true });
    assert.ok((await withLora('stale.safetensors', 1)).equals(old));
  });

  it('a LoRA named as the checkpoint is a RuntimeError with the hint', async () => {
    await writeFile(path.join(server().base, 'models/checkpoints/lora.safetensors'), whole());
    const graph = samplerGraph({ seed: 5 });
    graph['1'].inputs.ckpt_name = 'lora.safetensors';
    const [, data] = (await server().run(graph)).status.messages.at(-1);
    assert.equal(data.exception_type, 'RuntimeError');
    assert.match(data.exception_message, /Could not detect model type of: .*\nHINT: This seems to be a Lora file/);
  });

  it('/view_metadata shows what the header says, and 404 for a file without metadata or none at all', async () => {
    await publish('meta.safetensors', adapter(1));
    assert.deepEqual(await server().json('/view_metadata/loras?filename=meta.safetensors'), { ss_steps: '7' });
    await place('bare.safetensors', bareFile());
    for (const name of ['bare.safetensors', 'none.safetensors', '../checkpoints/sandbox.safetensors'])
      assert.equal((await server().get(`/view_metadata/loras?filename=${name}`)).status, 404, name);
  });
});

function bareFile(): Buffer {
  const header = Buffer.from('{}      ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}
