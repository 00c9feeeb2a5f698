import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isDeeperThan, parseJson } from '../../src/files/json.js';
import {
  ForeignFileError,
  readRegular,
  readRegularSync,
  regularPieces,
  regularSize,
} from '../../src/files/regular-file.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const limits = { maxBytes: 1000 };

describe('a file that somebody else may have made', () => {
  after(removeTemporaryFolders);
  let folder: string;
  before(async () => {
    folder = await temporaryFolder({ 'sound.bin': Buffer.alloc(1000, 'x'), 'long.bin': Buffer.alloc(1001) });
    await mkdir(join(folder, 'folder'));
    await symlink('/dev/zero', join(folder, 'to-device'));
    await symlink('sound.bin', join(folder, 'to-sound'));
    await symlink('loop', join(folder, 'loop'));
    await writeFile(join(folder, 'sparse.bin'), '');
    await truncate(join(folder, 'sparse.bin'), 20 * 1024 ** 3);
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe')]);
  });

  const refused: [name: string, kind: ForeignFileError['kind'], told: RegExp][] = [
    ['pipe', 'irregular', /pipe is a pipe, not a file\.$/],
    ['to-device', 'irregular', /is a device, not a file\.$/],
    ['folder', 'irregular', /is a folder, not a file\.$/],
    ['loop', 'irregular', /symbolic link/],
    ['long.bin', 'too-large', /is 1001 bytes: the limit is 1000 bytes\.$/],
    ['sparse.bin', 'too-large', /is 20\.0 GiB: the limit is/],
    ['none', 'missing', /none does not exist\.$/],
    ['sound.bin/x', 'missing', /does not exist\.$/],
  ];
  for (const [name, kind, told] of refused)
    it(`${name} hangs nobody and fills no memory: it is refused (${kind})`, async () => {
      const path = join(folder, name);
      const isTold = (error: unknown) =>
        error instanceof ForeignFileError && error.kind === kind && told.test(error.message);
      await assert.rejects(readRegular(path, limits), isTold);
      await assert.rejects(regularSize(path, limits), isTold);
      assert.throws(() => readRegularSync(path, limits), isTold);
    });

  it('a socket is refused', async () => {
    const server = createServer().listen(join(folder, 'socket'));
    await assert.rejects(readRegular(join(folder, 'socket'), limits), /is a socket, not a file/);
    server.close();
  });

  it('is read whole, through a link only where links are followed', async () => {
    for (const name of ['sound.bin', 'to-sound']) {
      assert.equal((await readRegular(join(folder, name), limits)).length, 1000);
      assert.equal(readRegularSync(join(folder, name), limits).length, 1000);
    }
    const unlinked = { ...limits, followLinks: false };
    assert.equal((await readRegular(join(folder, 'sound.bin'), unlinked)).length, 1000);
    await assert.rejects(readRegular(join(folder, 'to-sound'), unlinked), /is a symbolic link/);
    assert.throws(() => readRegularSync(join(folder, 'to-sound'), unlinked), /is a symbolic link/);
  });

  it('that grows beyond the bound while it is read ends there', async () => {
    const path = join(folder, 'grows.bin');
    await writeFile(path, Buffer.alloc(900));
    const read = async (): Promise<void> => {
      for await (const _ of regularPieces(path, limits)) await appendFile(path, Buffer.alloc(90));
    };
    await assert.rejects(read(), (error: unknown) => (error as ForeignFileError).kind === 'too-large');
  });
});

describe('JSON of somebody else', () => {
  it('that is nested without end is refused before anything unfolds it', () => {
    assert.throws(() => parseJson('['.repeat(200_000) + ']'.repeat(200_000)), /is JSON nested too deeply/);
    assert.throws(() => parseJson(`{"a":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`), /nested too deeply/);
    assert.throws(() => parseJson('{"a":'), /is not valid JSON/);
    assert.deepEqual(parseJson(Buffer.from(`{"a":"${'['.repeat(500)}"}`)), { a: '['.repeat(500) });
    assert.equal(isDeeperThan(1, Buffer.from('"\\"[["')), false);
  });
});
