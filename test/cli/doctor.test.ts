import assert from 'node:assert/strict';
import { join } from 'node:path';
import { diskChecks } from '../../src/cli/doctor-disk.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

describe('azit doctor', () => {
  it('tells a disk with no space left from one with some, before a run meets it', async () => {
    const folder = await temporaryFolder();
    // /proc is a disk on which nothing is ever free.
    const places = { full: '/proc', some: join(folder, 'not', 'yet'), bucket: 's3://bucket/prefix' };
    const [full, some, ...others] = await diskChecks(places);
    assert.deepEqual([full.what, full.ok, full.needed], ['disk of the full', false, true]);
    assert.match(full.cure ?? '', /^Free at least 1\.0 GB there/);
    assert.equal(some.ok, true);
    assert.match(some.found, /B free in .*not.yet$/);
    assert.deepEqual(others, []);
  });

  it('looks at every engine that it is given, each under its name, and not at the first alone', async () => {
    const folder = await temporaryFolder();
    const urls = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
    const words = ['doctor', '--comfyui', urls[0], '--comfyui', urls[1], '--aitoolkit', folder];
    const { code, stdout } = await azit(folder, words);
    assert.equal(code, 4);
    for (const url of urls) assert.ok(stdout.includes(`No ComfyUI is reachable at ${url}`), stdout);
    assert.match(stdout, /^missing {2}ai-toolkit: no run\.py in /m);
    const { ok, comfyui, aitoolkit } = JSON.parse((await azit(folder, [...words, '--json'])).stdout) as {
      ok: boolean;
      comfyui: { url: string; ok: boolean }[];
      aitoolkit: { ok: boolean };
    };
    assert.deepEqual([ok, aitoolkit.ok], [false, false]);
    assert.deepEqual(
      comfyui.map(({ url, ok: sound }) => [url, sound]),
      urls.map((url) => [url, false]),
    );
  });
});
