import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OutputFolder } from '../../src/comfyui/outputs.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('comfyui: images that are kept elsewhere', () => {
  after(removeTemporaryFolders);

  it('stay where a server puts them into folders by date, or what is not ours goes', async () => {
    const folder = await temporaryFolder();
    const name = '0123456789abcdef_00001_.png';
    const ours = ['azit', 'azit/2026-11-28', '2026-11-28/azit', '2026/11/28/azit'].map((at) => join(folder, at, name));
    const others = ['other/azit', '2026-11-28', 'azit/mine'].map((at) => join(folder, at, name));
    for (const path of [...ours, ...others]) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
    }
    const save = {
      class_type: 'SaveImage',
      inputs: { filename_prefix: 'azit/0123456789abcdef' },
      _meta: { title: 'azit:save' },
    };
    const silent = { debug: () => {}, info: () => {}, warn: () => {} };
    await new OutputFolder(folder, silent).remove([{ '1': save }]);
    assert.deepEqual([ours.filter(existsSync), others.filter((path) => !existsSync(path))], [[], []]);
  });
});
