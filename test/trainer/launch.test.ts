import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchTrainer } from '../../src/trainer/launch.js';
import { until } from '../support/until.js';
import { isAlive } from './studio.js';

const freezer = `/sys/fs/cgroup/freezer/azit-test-${process.pid}`;
const freeze = (state: 'FROZEN' | 'THAWED') => writeFileSync(join(freezer, 'freezer.state'), state);

describe('a trainer that no signal ends, as in an uninterruptible wait for a disk or a GPU driver', () => {
  before(function () {
    try {
      mkdirSync(freezer);
    } catch {
      this.skip(); // Only the first version of Linux's control groups holds a process against SIGKILL.
    }
  });
  after(() => rmdirSync(freezer));

  it('is given up, so that its attempt fails and the next one says so', async () => {
    const { pid, terminate, exited } = launchTrainer({
      command: ['sleep', '1000'],
      env: process.env,
      onLine: () => {},
      onSegment: () => {},
      patience: { killAfterMs: 100, giveUpAfterMs: 100 },
    });
    writeFileSync(join(freezer, 'cgroup.procs'), String(pid));
    freeze('FROZEN');
    try {
      terminate();
      assert.deepEqual(await exited, { code: null, signal: 'SIGKILL' });
      assert.ok(isAlive(pid));
    } finally {
      freeze('THAWED');
      await until('it is gone', () => !isAlive(pid));
    }
  });
});
