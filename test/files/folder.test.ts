import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../src/files/folder.js';

describe('files: making a folder', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-folder-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('never returns where a file system makes no folders (/proc)', async function () {
    if (process.platform !== 'linux') this.skip();
    await assert.rejects(makeFolder('/proc/nope/deeper'), { code: 'ENOENT' });
  });

  it('tells another first folder than the one it made, or makes one twice', async () => {
    const path = join(root, 'a', 'b', 'c');
    assert.equal(await makeFolder(path, { mode: 0o700 }), join(root, 'a'));
    assert.equal(await makeFolder(path), undefined);
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  });

  it('fails where others make the same folders at the same moment', async () => {
    const path = join(root, 'many', 'at', 'once');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
    assert.ok((await stat(path)).isDirectory());
  });

  it('says done where a file, or a link that leads nowhere, has the name', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(makeFolder(join(root, 'file')), { code: 'ENOTDIR' });
    await assert.rejects(makeFolder(join(root, 'file', 'below')), { code: 'ENOTDIR' });
    await symlink(join(root, 'gone'), join(root, 'link'));
    await assert.rejects(makeFolder(join(root, 'link')), { code: 'EEXIST' });
  });
});
