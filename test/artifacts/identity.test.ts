import assert from 'node:assert/strict';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AnotherStoreError, identify, requireStore } from '../../src/artifacts/identity.js';
import { openStore } from '../../src/artifacts/store.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('artifacts: which store a run is in', () => {
  after(removeTemporaryFolders);

  it('two who open a new store at the same moment do not give it two identities', async () => {
    const folder = await temporaryFolder();
    const found = await Promise.all(Array.from({ length: 8 }, async () => identify(await openStore(folder))));
    assert.equal(new Set(found.map(({ id }) => id)).size, 1);
  });

  it('a copy of a store is not taken for another one', async () => {
    const [folder, copy] = [await temporaryFolder(), join(await temporaryFolder(), 'copy')];
    const identity = await identify(await openStore(folder));
    await cp(folder, copy, { recursive: true });
    await requireStore(await openStore(copy), identity, 'worker');
  });

  it('another store is named beside the one that is wanted, and is not called damaged', async () => {
    const [mine, other] = [await openStore(await temporaryFolder()), await openStore(await temporaryFolder())];
    const identity = await identify(mine);
    await identify(other);
    await assert.rejects(requireStore(other, identity, 'worker'), (error: Error) => {
      assert.ok(error instanceof AnotherStoreError);
      assert.ok(error.message.includes(mine.location) && error.message.includes(other.location));
      assert.doesNotMatch(error.message, /damaged/);
      return true;
    });
  });

  it('a folder where no disk is mounted gets no identity of its own by being compared', async () => {
    const empty = await openStore(await temporaryFolder());
    const identity = await identify(await openStore(await temporaryFolder()));
    await assert.rejects(requireStore(empty, identity, 'command'), /\(empty\)/);
    assert.deepEqual(await readdir(empty.location), []);
  });

  it('is a stack trace where no folder can be made', async () => {
    const folder = await temporaryFolder({ file: '' });
    await assert.rejects(
      identify(await openStore(join(folder, 'file', 'store'))),
      /^StoreSettingError: AZIT can't write to the artifact store .*ENOTDIR.*to another folder/,
    );
  });
});
