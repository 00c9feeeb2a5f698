import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import { layOutStoredReport } from '../../src/client/report-folder.js';
import { temporaryFolder } from '../support/folder.js';

describe('the stored list of a report', () => {
  async function layOut(manifest: (ref: object) => unknown, prepare?: (out: string) => Promise<void>) {
    const root = await temporaryFolder();
    const store = new FolderStore(join(root, 'store'));
    const ref = await store.putBytes(Buffer.from('x'), { name: 'x', mediaType: 'text/plain' });
    const listed = manifest(ref);
    const bytes = Buffer.from(typeof listed === 'string' ? listed : JSON.stringify(listed));
    const list = await store.putBytes(bytes, { name: 'report-files.json', mediaType: 'application/json' });
    const out = join(root, 'deep', 'out');
    await mkdir(out, { recursive: true });
    await prepare?.(out);
    const outcome = await layOutStoredReport(store, list, out).then(
      () => 'laid out',
      (error: Error) => `${error.name}: ${error.message}`,
    );
    return { outcome, root, out };
  }

  for (const path of ['../up', '/tmp/azit-absolute', 'a/../../up', 'C:\\x', 'c:x', '..\\up', '\\\\nas\\x', 'a\0b', ''])
    it(`writes to ${JSON.stringify(path)}, outside of the folder that was named`, async () => {
      const { outcome, root, out } = await layOut((ref) => [{ path, ref }]);
      assert.match(outcome, /^AzitClientError: The stored list of report files is invalid: .*path/);
      assert.deepEqual([await readdir(join(root, 'deep')), await readdir(out)], [['out'], []]);
    });

  it('writes through a link in the folder', async () => {
    const { outcome, root } = await layOut(
      (ref) => [{ path: 'images/x', ref }],
      async (out) => {
        await mkdir(join(out, '..', 'elsewhere'));
        await symlink(join(out, '..', 'elsewhere'), join(out, 'images'));
      },
    );
    assert.match(outcome, /images is a symbolic link: remove it/);
    assert.deepEqual(await readdir(join(root, 'deep', 'elsewhere')), []);
  });

  it('is a stack trace where it is damaged, or ends the stack where it is deep', async () => {
    for (const broken of ['[{"path": ', '{}', '[null]', '['.repeat(500_000)])
      assert.match((await layOut(() => broken)).outcome, /^AzitClientError: The stored list/);
  });

  it('is laid out where it is sound', async () => {
    const { outcome, out } = await layOut((ref) => [{ path: 'images/x', ref }]);
    assert.deepEqual([outcome, await readdir(join(out, 'images'))], ['laid out', ['x']]);
  });

  it('writes a file anew that is there already and right, or leaves one that is not', async () => {
    const written = new Date(2020, 1, 1);
    const { out } = await layOut(
      (ref) => [
        { path: 'right', ref },
        { path: 'torn', ref },
      ],
      async (folder) => {
        for (const [name, text] of Object.entries({ right: 'x', torn: 'y' })) {
          await writeFile(join(folder, name), text);
          await utimes(join(folder, name), written, written);
        }
      },
    );
    assert.deepEqual((await stat(join(out, 'right'))).mtime, written);
    assert.equal(await readFile(join(out, 'torn'), 'utf8'), 'x');
  });

  it("leaves images of the choice before beside the new ones, or takes a person's own away", async () => {
    const { outcome, out } = await layOut(
      (ref) => [
        { path: 'report.json', ref },
        { path: 'images/06/new.png', ref },
      ],
      async (folder) => {
        await mkdir(join(folder, 'images', '06'), { recursive: true });
        for (const name of ['images/06/old.png', 'images/06/own.png', 'own.png'])
          await writeFile(join(folder, name), 'x');
        await writeFile(join(folder, 'report.json'), '{"path":"images/06/old.png"} images/../own.png images/06');
      },
    );
    assert.equal(outcome, 'laid out');
    assert.deepEqual((await readdir(join(out, 'images', '06'))).sort(), ['new.png', 'own.png']);
    assert.deepEqual((await readdir(out)).sort(), ['images', 'own.png', 'report.json']);
  });
});
