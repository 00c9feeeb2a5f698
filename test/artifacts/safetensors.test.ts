import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FiniteCheck } from '../../src/artifacts/finite-check.js';
import {
  dataSha256,
  firstNonFinite,
  readSafetensorsHeader,
  SafetensorsError,
} from '../../src/artifacts/safetensors.js';
import { readTensors, serializeSafetensors } from '../support/safetensors.js';

const values = [0, -0, 1, -1.5, 65504, 2 ** -24, 0.333251953125, -(2 ** -14)];
const tensor = (dtype: 'F32' | 'F16' | 'BF16' | 'F64', data: number[] = values) => ({
  dtype,
  shape: [2, data.length / 2],
  data: Float32Array.from(data),
});

describe('safetensors', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'azit-safetensors-'))));
  after(() => rm(folder, { recursive: true }));
  const put = async (bytes: Uint8Array, name = 'x.safetensors'): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const fails = (promise: Promise<unknown>, kind: SafetensorsError['kind']): Promise<void> =>
    assert.rejects(promise, (error) => error instanceof SafetensorsError && error.kind === kind);

  it('gives back what it wrote, for each float type', async () => {
    for (const dtype of ['F32', 'F16', 'F64'] as const) {
      const read = await readTensors(await put(serializeSafetensors(new Map([['a', tensor(dtype)]]))));
      assert.deepEqual(Array.from(read.get('a')!.data), values, dtype);
    }
    const rounded = await readTensors(
      await put(serializeSafetensors(new Map([['a', tensor('BF16', [1.00390625, 1.01171875])]]))),
    );
    assert.deepEqual(Array.from(rounded.get('a')!.data), [1, 1.015625], 'bfloat16 rounds to nearest, ties to even');
  });

  it('rounds half floats to nearest even instead of cutting them', async () => {
    const read = await readTensors(
      await put(serializeSafetensors(new Map([['a', tensor('F16', [2049, 2051, 65519, 65520])]]))),
    );
    assert.deepEqual(Array.from(read.get('a')!.data), [2048, 2052, 65504, Infinity]);
  });

  it('writes equal bytes whatever the order of insertion', () => {
    const a = tensor('F32');
    const b = tensor('F16');
    const one = new Map<string, typeof a>([
      ['a', a],
      ['b', b],
    ]);
    const other = new Map([...one].reverse());
    assert.deepEqual(serializeSafetensors(one, { x: '1', y: '2' }), serializeSafetensors(other, { y: '2', x: '1' }));
  });

  it('hashes the data alone, so that metadata does not change it', async () => {
    const tensors = new Map([['a', tensor('F32')]]);
    const paths = [
      await put(serializeSafetensors(tensors, { when: 'now' }), 'one'),
      await put(serializeSafetensors(tensors), 'two'),
    ];
    const expected = createHash('sha256')
      .update(Buffer.from(Float32Array.from(values).buffer))
      .digest('hex');
    for (const path of paths) assert.equal(await dataSha256(path), expected);
    const header = await readSafetensorsHeader(paths[0]);
    assert.deepEqual(header.metadata, { when: 'now' });
    assert.deepEqual(header.tensors, [{ name: 'a', dtype: 'F32', shape: [2, 4], offsets: [0, 32] }]);
  });

  it('names the tensor that holds a NaN or an infinity', async () => {
    assert.equal(await firstNonFinite(await put(serializeSafetensors(new Map([['a', tensor('BF16')]])))), null);
    for (const dtype of ['F32', 'F16', 'BF16', 'F64'] as const) {
      for (const bad of [NaN, -Infinity]) {
        const tensors = new Map([
          ['a', tensor(dtype)],
          ['b', tensor(dtype, [0, bad])],
        ]);
        assert.equal(await firstNonFinite(await put(serializeSafetensors(tensors))), 'b', `${dtype} ${bad}`);
      }
    }
  });

  it('finds it in pieces of any length, also in an element that a piece has cut', async () => {
    for (const dtype of ['F32', 'F16', 'BF16', 'F64'] as const) {
      for (const [data, expected] of [
        [[0, NaN], 'b'],
        [[1, 2], null],
      ] as const) {
        const bytes = serializeSafetensors(
          new Map([
            ['a', tensor(dtype)],
            ['b', tensor(dtype, [...data])],
          ]),
        );
        const { tensors, headerBytes } = await readSafetensorsHeader(await put(bytes));
        for (const length of [1, 3, 7, 1000]) {
          const check = new FiniteCheck(tensors);
          for (let at = 8 + headerBytes; at < bytes.length; at += length) check.feed(bytes.subarray(at, at + length));
          assert.equal(check.broken, expected, `${dtype} in pieces of ${length}`);
        }
      }
    }
  });

  it('refuses a file cut anywhere, and one with bytes behind its end', async () => {
    const whole = serializeSafetensors(new Map([['a', tensor('F32')]]), { k: 'v' });
    for (const length of [0, 7, 8, 60, whole.length - 1]) {
      await fails(readSafetensorsHeader(await put(whole.subarray(0, length))), 'truncated');
    }
    await fails(dataSha256(await put(Buffer.concat([whole, Buffer.alloc(1)]))), 'malformed');
  });

  it('refuses garbage, HTML, lying headers and missing files without reading them whole', async () => {
    const withHeader = (json: string, data = 0): Buffer => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
      return Buffer.concat([length, Buffer.from(json), Buffer.alloc(data)]);
    };
    await fails(readSafetensorsHeader(await put(Buffer.from('<html>502 Bad Gateway</html>'))), 'too-large');
    await fails(readSafetensorsHeader(join(folder, 'none')), 'unreadable');
    await fails(readSafetensorsHeader(folder), 'unreadable');
    for (const json of [
      'no json',
      '[]',
      '{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}',
      '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      '{"__metadata__":{"a":1}}',
    ]) {
      await fails(readSafetensorsHeader(await put(withHeader(json, 8))), 'malformed');
    }
    const deep = `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
    await fails(readSafetensorsHeader(await put(withHeader(deep))), 'malformed');
    const empty = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}';
    const many = Array.from({ length: 60_000 }, (_, index) => `"t${index}":${empty}`).join();
    await fails(readSafetensorsHeader(await put(withHeader(`{${many}}`))), 'too-large');
  });
});
