import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createFile, replaceFile, replaceFileSync } from '../../src/files/atomic.js';
import { replaceFiles } from '../../src/files/atomic-many.js';
import { publishFolder } from '../../src/files/folder.js';
import { temporaryFolder } from '../support/folder.js';

describe('the one writer', () => {
  let folder: string;
  let target: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    target = path.join(folder, 'sub', 'file');
  });

  it('a writer that fails leaves what was there, and nothing of its own', async () => {
    await replaceFile(target, 'old');
    const failing = replaceFile(target, async (part) => {
      await writeFile(part, 'half');
      throw new Error('no more');
    });
    await assert.rejects(failing, /no more/);
    assert.equal(await readFile(target, 'utf8'), 'old');
    assert.deepEqual(await readdir(path.dirname(target)), ['file']);
  });

  it('of many, one that fails leaves all as they were, and nothing of its own; else all are there', async () => {
    const [first, second] = ['a/one', 'b/two'].map((name) => path.join(folder, name));
    await replaceFile(first, 'old');
    const contentOf = (which: string) =>
      which === second ? Promise.reject(new Error('no more')) : Promise.resolve(Buffer.from('new'));
    const asked = { paths: [first, second], atOnce: 2 };
    await assert.rejects(replaceFiles({ ...asked, contentOf }), /no more/);
    assert.equal(await readFile(first, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder, { recursive: true }), ['a', 'b', 'a/one']);
    await replaceFiles({ ...asked, contentOf: (which) => Promise.resolve(Buffer.from(path.basename(which))) });
    assert.deepEqual([await readFile(first, 'utf8'), await readFile(second, 'utf8')], ['one', 'two']);
    assert.deepEqual((await readdir(folder, { recursive: true })).sort(), ['a', 'a/one', 'b', 'b/two']);
  });

  it('the second writer of a new file is told, and the first content stays', async () => {
    assert.equal(await createFile(target, 'first', { flush: false }), true);
    assert.equal(await createFile(target, 'second'), false);
    assert.equal(await readFile(target, 'utf8'), 'first');
    assert.deepEqual(await readdir(path.dirname(target)), ['file']);
  });

  it('a link in the place is replaced, and what it leads to is not written', async () => {
    const victim = path.join(folder, 'victim');
    await writeFile(victim, 'theirs');
    for (const replace of [replaceFile, async (place: string, text: string) => replaceFileSync(place, text)]) {
      const link = path.join(folder, `link-${replace.name}`);
      await symlink(victim, link);
      await replace(link, 'ours');
      assert.equal(await readFile(link, 'utf8'), 'ours');
    }
    assert.equal(await readFile(victim, 'utf8'), 'theirs');
  });

  it('the modes hold under any umask, for the file and the folders made on the way', async () => {
    const umask = process.umask(0o000);
    try {
      await replaceFile(target, 'mine', { modes: { file: 0o600, folder: 0o700 } });
    } finally {
      process.umask(umask);
    }
    assert.equal((await stat(target)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(target))).mode & 0o777, 0o700);
  });

  it('a folder of another writer stays where it is sound, and gives way where it is not', async () => {
    const [made, place] = ['made', 'place'].map((name) => path.join(folder, name));
    for (const isSound of [true, false]) {
      for (const at of [made, place]) await mkdir(at, { recursive: true });
      await writeFile(path.join(made, 'mine'), '');
      await writeFile(path.join(place, 'theirs'), '');
      await publishFolder(made, place, async () => isSound);
      assert.deepEqual(await readdir(place), [isSound ? 'theirs' : 'mine']);
    }
    await assert.rejects(
      publishFolder(path.join(folder, 'nothing'), path.join(folder, 'nowhere'), async () => false),
      { code: 'ENOENT' },
    );
  });
});
