import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expectedUpdates, readOptimizer } from '../../src/aitoolkit/optimizer.js';

describe('an optimizer state', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azit-optimizer-'));
    path = join(folder, 'optimizer.pt');
    const count = new Uint8Array(Float32Array.of(201).buffer);
    const files = {
      'optimizer/data.pkl': new Uint8Array(300),
      'optimizer/data/0': count,
      'optimizer/data/1': new Uint8Array(900),
    };
    await writeFile(path, zipSync(files, { level: 0 }));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("gives Adam's update count", async () => {
    assert.deepEqual(await readOptimizer(path), { updates: 201 });
  });

  it('is not whole when cut anywhere', async () => {
    const bytes = await readFile(path);
    const cut = join(folder, 'cut.pt');
    for (let length = 0; length < bytes.length; length += 13) {
      await writeFile(cut, bytes.subarray(0, length));
      assert.equal(await readOptimizer(cut), null, `cut to ${length} bytes`);
    }
    assert.equal(await readOptimizer(join(folder, 'absent.pt')), null);
  });

  it('is whole, with no count, where the first storage is something else', async () => {
    const other = join(folder, 'other.pt');
    await writeFile(other, zipSync({ 'optimizer/data/0': new Uint8Array(64) }, { level: 0 }));
    assert.deepEqual(await readOptimizer(other), { updates: null });
  });

  it('belongs to a step by its count: N + 1, and one more for a resume that repeats the saved step', () => {
    const scheduled = (step: number) => ({ step, onDemand: false, skipped: 0 });
    assert.deepEqual(expectedUpdates(scheduled(200), null), [201, 201]);
    assert.deepEqual(expectedUpdates(scheduled(400), { step: 200, updates: 201 }), [401, 402]);
    assert.equal(expectedUpdates(scheduled(400), { step: 200, updates: null }), null);
  });

  it('saved on demand, or after steps that did not fit into memory: fewer updates than scheduled ones', () => {
    assert.deepEqual(expectedUpdates({ step: 26, onDemand: true, skipped: 0 }, null), [26, 26]);
    assert.deepEqual(expectedUpdates({ step: 20, onDemand: false, skipped: 2 }, null), [19, 21]);
    assert.deepEqual(expectedUpdates({ step: 30, onDemand: false, skipped: 0 }, { step: 26, updates: 26 }), [30, 31]);
  });
});
