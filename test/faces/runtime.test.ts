import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchPackage } from '../../src/faces/models/fetch-package.js';
import { ModelError } from '../../src/faces/index.js';
import { loadRuntime } from '../../src/faces/engine/load-runtime.js';
import { ensureRuntime } from '../../src/faces/models/runtime.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const small = { spec: 'onnxruntime-common@1.30.0', purpose: 'a test' };

describe('identity: what runs the models', function () {
  this.timeout(180_000);
  after(removeTemporaryFolders);

  it('is found in the cache folder where AZIT_MODELS is a folder that was filled by hand, and loads', async () => {
    await ensureRuntime();
    const directory = await temporaryFolder();
    const folder = await ensureRuntime({ directory });
    assert.deepEqual(await readdir(directory), []);
    assert.equal(typeof loadRuntime(folder).InferenceSession.create, 'function');
  });

  it('a registry that gives another tarball than the published one is refused before anything is unpacked', async () => {
    const folder = await temporaryFolder();
    const integrity = `sha512-${'A'.repeat(86)}==`;
    await assert.rejects(fetchPackage({ ...small, integrity }, folder), (error: unknown) => {
      assert.ok(error instanceof ModelError);
      assert.equal(error.kind, 'wrong-hash');
      assert.match(error.message, /onnxruntime-common@1\.30\.0 is not the published one .*npm config get registry/);
      return true;
    });
    assert.deepEqual(await readdir(folder), ['onnxruntime-common-1.30.0.tgz']);
  });

  it('takes no more of a package than it wants', async () => {
    const folder = join(await temporaryFolder(), 'with blanks');
    await mkdir(folder);
    const unpacked = await fetchPackage({ ...small, wants: (path) => path === 'dist/cjs/index.js' }, folder);
    assert.deepEqual((await readdir(unpacked, { recursive: true })).sort(), ['dist', 'dist/cjs', 'dist/cjs/index.js']);
  });
});
