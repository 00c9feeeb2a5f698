import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { Embedded, embeddedHome, type EmbeddedHome } from '../../src/embedded/index.js';
import { answers } from '../../src/embedded/ports.js';
import { listProcesses } from '../../src/machine/processes.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';

const owning = (home: EmbeddedHome) => new Program('test/embedded/programs/owning.ts', [home.root]);
const saysAddress = /(owner|guest) 127\.0\.0\.1:(\d+)/;

async function newHome(): Promise<EmbeddedHome> {
  return embeddedHome(join(await temporaryFolder(), '.azit'));
}

async function serversOf(home: EmbeddedHome): Promise<number[]> {
  const all = await listProcesses();
  return all.filter(({ command }) => command.includes(home.database)).map(({ pid }) => pid);
}

describe('the embedded default', function () {
  this.timeout(120_000);

  it('leaves nothing running when its owner ends, and comes back on the same database and port', async () => {
    const home = await newHome();
    const first = owning(home);
    const [, role, port] = await first.says(saysAddress);
    assert.equal(role, 'owner');
    first.child.stdin?.end();
    assert.equal(await first.ended, 0);
    assert.deepEqual(await serversOf(home), []);
    const second = owning(home);
    assert.equal((await second.says(saysAddress))[2], port);
    second.child.stdin?.end();
    await second.ended;
  });

  it('keeps finished runs for years, and not for a day as the dev server does', async () => {
    const owner = owning(await newHome());
    const [, , port] = await owner.says(saysAddress);
    const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    await owner.kill();
    const days = Number(config?.workflowExecutionRetentionTtl?.seconds) / 86_400;
    assert.ok(days > 3_650, `${days} days`);
  });

  it('leaves nothing running when kill -9 takes its owner', async () => {
    const home = await newHome();
    const owner = owning(home);
    await owner.says(saysAddress);
    assert.notDeepEqual(await serversOf(home), []);
    await owner.kill();
    await until('the server is gone', async () => (await serversOf(home)).length === 0);
  });

  it("starts Temporal's server again when kill -9 takes it", async () => {
    const home = await newHome();
    const owner = owning(home);
    const [, , port] = await owner.says(saysAddress);
    const before = await serversOf(home);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await until('another one answers', async () => {
      const now = await serversOf(home);
      return now.some((pid) => !before.includes(pid)) && (await answers(Number(port)));
    });
    await owner.kill();
  });

  it('has one owner; a guest uses its server, and takes over on the same port when the owner is killed', async () => {
    const home = await newHome();
    const owner = owning(home);
    const [, , port] = await owner.says(saysAddress);
    const guest = owning(home);
    const [, role, guestPort] = await guest.says(saysAddress);
    assert.deepEqual([role, guestPort], ['guest', port]);
    await owner.kill();
    await guest.says(/owns/);
    assert.ok(await answers(Number(port)));
    const owned = JSON.parse(await readFile(home.state, 'utf8')) as { owner: number };
    assert.equal(owned.owner, guest.pid);
    guest.child.stdin?.end();
    assert.equal(await guest.ended, 0);
    assert.deepEqual(await serversOf(home), []);
  });

  it('moves to a free port when its last one is taken, but fails in a sentence when the person fixed it', async () => {
    const home = await newHome();
    const squatter = createServer();
    await new Promise<void>((listening) => squatter.listen(0, '127.0.0.1', listening));
    const { port } = squatter.address() as AddressInfo;
    await assert.rejects(
      Embedded.open({ home, needs: 'server', fixedPorts: { temporal: port }, notify: () => undefined }),
      new RegExp(`^EmbeddedError: Port ${port} is in use`),
    );
    await writeFile(
      home.state,
      JSON.stringify({ owner: 1, ready: false, temporalPort: port, uiPort: port, children: [] }),
    );
    const embedded = await Embedded.open({ home, needs: 'server', notify: () => undefined });
    assert.notEqual(embedded.address, `127.0.0.1:${port}`);
    await embedded.close();
    squatter.close();
  });
});
