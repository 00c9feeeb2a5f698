import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSandbox } from '../../src/embedded/children.js';
import { embeddedHome } from '../../src/embedded/index.js';
import { freePort } from '../../src/embedded/ports.js';
import { closeHome } from '../../src/embedded/private-home.js';
import { startServer } from '../../src/embedded/temporal-server.js';
import { findTemporal } from '../../src/embedded/temporal-binary.js';
import { temporaryFolder } from '../support/folder.js';

const secrets = {
  AWS_SECRET_ACCESS_KEY: 'of the store',
  TEMPORAL_API_KEY: 'of a cloud',
  AZIT_COMFYUI_HEADERS: 'Authorization: of a proxy',
  HF_TOKEN: 'of the models',
  https_proxy: 'http://name:password@proxy:3128',
  NODE_AUTH_TOKEN: 'of a registry',
};

describe('the environment of what azit embeds', function () {
  this.timeout(60_000);

  it("holds keys that Temporal's server and the sandbox have no use for", async function () {
    if (process.platform !== 'linux') this.skip();
    const home = embeddedHome(join(await temporaryFolder(), '.azit'));
    await closeHome(home);
    const { path: program } = await findTemporal(() => undefined);
    const before = { ...process.env };
    Object.assign(process.env, secrets, { LC_ALL: 'C.UTF-8' });
    const ignore = () => undefined;
    const server = await startServer({ home, program, fixed: {}, last: {}, onTrouble: ignore, onStart: ignore });
    const context = { home, address: '127.0.0.1:1', taskQueuePrefix: 'azit', onTrouble: ignore, onStart: ignore };
    const sandbox = await startSandbox(context, await freePort());
    process.env = before;
    try {
      for (const { pid } of [server.process, sandbox]) {
        const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
        const names = environment.map((one) => one.split('=')[0]);
        assert.deepEqual(
          names.filter((name) => name in secrets),
          [],
        );
        assert.ok(names.includes('PATH') && environment.includes('LC_ALL=C.UTF-8'), names.join());
      }
    } finally {
      server.uiProxy.close();
      await Promise.all([server.process.stop(1000), sandbox.stop(1000)]);
    }
  });
});
