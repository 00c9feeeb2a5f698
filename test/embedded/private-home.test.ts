import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import { Embedded, embeddedHome } from '../../src/embedded/index.js';
import { temporaryFolder } from '../support/folder.js';

/** What others may do with anything under a folder, as `mode path`. */
async function openToOthers(root: string): Promise<string[]> {
  const names = (await readdir(root, { recursive: true })) as string[];
  const found = await Promise.all(['.', ...names].map(async (name) => [name, await lstat(join(root, name))] as const));
  return found
    .filter(([, { mode }]) => mode & 0o077)
    .map(([name, { mode }]) => `${(mode & 0o777).toString(8)} ${name}`);
}

describe('the folder .azit', function () {
  this.timeout(120_000);

  let umask: number;
  before(() => (umask = process.umask(0o002)));
  after(() => process.umask(umask));

  it("is open to the machine's other users, in what it gets or in what an older version left", async () => {
    const home = embeddedHome(join(await temporaryFolder(), '.azit'));
    await mkdir(join(home.artifacts, 'ab'), { recursive: true });
    await mkdir(join(home.work, 'job'), { recursive: true });
    for (const file of [join(home.artifacts, 'ab', 'old'), join(home.work, 'job', 'face.png'), home.state])
      await writeFile(file, '{}');
    await chmod(home.work, 0o777);
    const embedded = await Embedded.open({ home, needs: 'server', notify: () => undefined });
    await new FolderStore(home.artifacts).putBytes(Buffer.from('a face'), { name: 'face.png', mediaType: 'image/png' });
    await new FolderStore(home.artifacts).putRecord('runs/mina', { a: 1 });
    const open = await openToOthers(home.root);
    await embedded.close();
    assert.deepEqual(open, []);
    assert.deepEqual(await openToOthers(home.root), []);
  });

  it('takes a store elsewhere from the group that an administrator gave it to', async () => {
    const shared = join(await temporaryFolder(), 'store');
    await mkdir(shared);
    await chmod(shared, 0o2770);
    process.umask(0o077);
    const { sha256 } = await new FolderStore(shared).putBytes(Buffer.from('a face'), { name: 'f', mediaType: 'x/y' });
    process.umask(0o002);
    const modes = new Set<string>();
    for (const name of (await readdir(shared, { recursive: true })) as string[]) {
      const found = await lstat(join(shared, name));
      modes.add(`${found.isDirectory() ? 'folder' : 'file'} ${(found.mode & 0o7777).toString(8)}`);
    }
    assert.ok(sha256 && modes.size === 2);
    assert.deepEqual([...modes].sort(), ['file 660', 'folder 2770']);
  });
});
