import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Supervised } from '../../src/embedded/supervised.js';
import { temporaryFolder } from '../support/folder.js';
import { isAlive, until } from '../support/until.js';

async function supervise(script: string) {
  const folder = await temporaryFolder();
  const pids: number[] = [];
  const troubles: string[] = [];
  const child = new Supervised({
    name: 'sleeper',
    command: '/bin/sh',
    arguments: ['-c', script],
    env: process.env,
    logPath: join(folder, 'sleeper.log'),
    onTrouble: (sentence) => troubles.push(sentence),
    onStart: (pid) => pids.push(pid),
  });
  return { child, pids, troubles };
}

describe('a supervised child', () => {
  it('is started again after kill -9, and stays away after stop', async () => {
    const { child, pids } = await supervise('exec sleep 1000');
    await until('it runs', () => pids.length === 1);
    process.kill(-pids[0], 'SIGKILL');
    await until('it runs again', () => pids.length === 2);
    assert.notEqual(pids[0], pids[1]);
    await child.stop(5000);
    assert.ok(!isAlive(pids[1]));
    assert.equal(child.pid, undefined);
  });

  it('that will not end is killed after its grace', async () => {
    const { child, pids } = await supervise("trap '' TERM; while :; do sleep 1; done");
    await until('it runs', () => pids.length === 1);
    await child.stop(100);
    assert.ok(!isAlive(pids[0]));
  });

  it('that dies at every start is started later each time, and the person is told once, with the end of its log', async () => {
    const { child, pids, troubles } = await supervise('echo no luck; exit 1');
    await until('the person is told', () => troubles.length > 0);
    assert.ok(pids.length >= 4);
    assert.match(troubles[0], /^The sleeper keeps exiting; its log .*sleeper\.log ends with: .*no luck/);
    assert.equal(troubles.length, 1);
    await child.stop(1000);
  });

  it('whose program does not exist ends in the same way, not in an exception', async () => {
    const folder = await temporaryFolder();
    const child = new Supervised({
      name: 'nothing',
      command: join(folder, 'missing'),
      arguments: [],
      env: process.env,
      logPath: join(folder, 'log'),
      onTrouble: () => undefined,
    });
    await until('it has died', () => child.deaths > 0);
    await child.stop(1000);
  });
});
