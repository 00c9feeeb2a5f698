import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import { openStore } from '../../src/artifacts/store.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { holdsTheStoreContract } from './store-contract.js';

describe('artifacts: a folder as the store', () => {
  after(removeTemporaryFolders);

  holdsTheStoreContract(async () => {
    const location = await temporaryFolder();
    return {
      location,
      env: {},
      async overwrite(path, bytes) {
        await mkdir(dirname(join(location, path)), { recursive: true });
        await (bytes ? writeFile(join(location, path), bytes) : rm(join(location, path)));
      },
      contents: async () => await wholeFiles(join(location, 'content')),
    };
  });

  it('a path, a file: URL and nothing but these open a folder', async () => {
    const folder = await temporaryFolder();
    assert.ok((await openStore(folder)) instanceof FolderStore);
    assert.equal((await openStore(pathToFileURL(folder).href)).location, folder);
    await assert.rejects(openStore('ftp://host/folder'), /ftp:\/\/host\/folder/);
  });
});

async function wholeFiles(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && !entry.name.startsWith('.')) {
      files.set(entry.name, await readFile(join(entry.parentPath, entry.name)));
    }
  }
  return files;
}
