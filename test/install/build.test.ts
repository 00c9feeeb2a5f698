import assert from 'node:assert/strict';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

/** A checkout as `npm ci --omit=dev` leaves it, before its `prepare`. */
async function checkoutWithoutTypeScript(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['src', 'bin', 'scripts', 'package.json', 'examples'])
    await cp(name, join(folder, name), { recursive: true });
  await mkdir(join(folder, 'node_modules'));
  for (const name of await readdir('node_modules'))
    if (name !== 'typescript' && name !== '.bin')
      await symlink(resolve('node_modules', name), join(folder, 'node_modules', name));
  return folder;
}

describe('install: build', () => {
  after(removeTemporaryFolders);

  it('npm ci --omit=dev ends with a command that works, though TypeScript is not there', async () => {
    const folder = await checkoutWithoutTypeScript();
    await execa(process.execPath, ['scripts/build.mjs'], { cwd: folder });
    const built = (await readdir(join(folder, 'dist'), { recursive: true })).filter((name) => name.endsWith('.js'));
    const compiled = (await readdir('dist', { recursive: true })).filter((name) => name.endsWith('.js'));
    assert.deepEqual(built.sort(), compiled.sort());
    const { stdout } = await execa(process.execPath, ['bin/azit.js', 'plan', 'examples/demo.yaml'], { cwd: folder });
    assert.match(stdout, /01 Anchor/);
    const root = await execa(
      process.execPath,
      ['-e', "import('./dist/index.js').then((m) => console.log(Object.keys(m).join()))"],
      { cwd: folder },
    );
    assert.match(root.stdout, /AzitClient/);
  });
});
