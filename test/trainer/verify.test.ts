import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeSafetensors } from '../support/safetensors.js';
import { checkpointMetadata } from '../../src/aitoolkit/checkpoint-metadata.js';
import { verifyCheckpoint, type CheckpointExpectation } from '../../src/trainer/verify.js';

const expected: CheckpointExpectation = {
  step: 200,
  meta: { azit_run: 'run-1' },
  shapes: null,
};

describe('a checkpoint file, judged by itself', () => {
  let path: string;
  before(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'azit-verify-')), 'checkpoint.safetensors');
  });
  after(() => rm(join(path, '..'), { recursive: true, force: true }));

  /** As ai-toolkit writes it, but for what `metadata` says otherwise. */
  const write = async (metadata: Record<string, string> = {}, values = [1, 2, 3, 4], shape = [2, 2]) => {
    const data = Buffer.from(Float32Array.from(values).buffer);
    const bytes = serializeSafetensors(new Map([['lora.weight', { dtype: 'F32', shape, data: values }]]), {
      training_info: '{"step": 200, "epoch": 3}',
      ss_output_name: 'azit-mina',
      ss_base_model_version: 'sdxl_1.0',
      azit_run: 'run-1',
      sshs_model_hash: createHash('sha256').update(data).digest('hex'),
      ...metadata,
    });
    await writeFile(path, bytes);
    return bytes;
  };
  const judge = (more: Partial<CheckpointExpectation> = {}, arch = 'sdxl') =>
    verifyCheckpoint(path, { ...expected, ...more }, checkpointMetadata('azit-mina', arch));

  it('is sound as written', async () => {
    await write();
    const verdict = await judge();
    assert.equal(verdict.kind, 'sound');
    assert.deepEqual([verdict.tensors, verdict.shapes], [1, 'lora.weight 2x2']);
  });

  it('is unsound cut anywhere, or with one bit flipped in its data', async () => {
    const bytes = await write();
    for (let length = bytes.length - 1; length >= 0; length -= 9) {
      await truncate(path, length);
      assert.equal((await judge()).kind, 'unsound', `cut to ${length} bytes`);
    }
    bytes[bytes.length - 6] ^= 1;
    await writeFile(path, bytes);
    assert.deepEqual(await judge(), { kind: 'unsound', reason: 'its data does not match its sshs_model_hash' });
  });

  it('is unsound when it is of another step, run or network, whole as it may be', async () => {
    const cases: [Record<string, string>, Partial<CheckpointExpectation>, RegExp][] = [
      [{ training_info: '{"step": 400}' }, {}, /says step 400, not 200/],
      [{ training_info: 'null' }, {}, /says step null/],
      [{ ss_output_name: 'somebody' }, {}, /belongs to somebody/],
      [{ azit_run: 'run-2' }, {}, /says azit_run run-2, not run-1/],
      [{}, { shapes: 'lora.weight 4x4' }, /do not match the network/],
    ];
    for (const [metadata, more, reason] of cases) {
      await write(metadata);
      const verdict = await judge(more);
      assert.equal(verdict.kind, 'unsound');
      assert.match(verdict.reason, reason);
    }
  });

  it('spoils the run when a number is not finite, or the architecture fell back to SD 1.5', async () => {
    await write({}, [1, NaN, 3, 4]);
    assert.equal((await judge()).kind, 'spoilt');
    await write({ ss_base_model_version: 'sd_1.5' });
    assert.equal((await judge()).kind, 'spoilt');
    assert.equal((await judge({}, 'sd1')).kind, 'sound');
  });
});
