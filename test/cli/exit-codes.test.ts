import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const project = 'name: mina\nanchor: { prompt: a woman, candidates: 1 }\n';

describe('azit with a Temporal of the environment', function () {
  this.timeout(60_000);
  let environment: TestWorkflowEnvironment;
  let folder: string;
  let worker: Program;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    environment = await sharedTemporal();
    folder = await temporaryFolder({ 'azit.yaml': project, 'other.yaml': project.replace('woman', 'man') });
    const prefix = ownPrefix();
    env = { TEMPORAL_ADDRESS: environment.address, AZIT_TASK_QUEUE: prefix, AZIT_STORE: join(folder, 'store') };
    worker = new Program('test/client/programs/working.ts', [prefix, folder], env);
    await worker.says(/ready/);
  });
  after(async () => {
    await worker.kill();
    await stopSharedTemporal();
  });

  const command = (...words: string[]) => azit(folder, words, env);

  it('starts a run, finds it again, and refuses its id to another project', async () => {
    const started = await command('start', 'azit.yaml', '--id', 'one');
    assert.deepEqual([started.code, started.stdout], [0, 'one\n']);
    assert.match(started.stderr, /^No worker is polling the task queue /);
    assert.equal((await command('start', 'azit.yaml', '--id', 'one')).code, 0);
    const refused = await command('start', 'other.yaml', '--id', 'one');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^The id 'one' belongs to another project/);
  });

  it('tells the status of a run as JSON, refuses a decision with a reason, and cancels', async () => {
    await command('start', 'azit.yaml', '--id', 'two');
    const status = await command('status', 'two', '--json');
    assert.equal(status.code, 0, status.stderr);
    assert.equal((JSON.parse(status.stdout) as { runId: string }).runId, 'two');
    const refused = await command('approve', 'two', '--gate', 'anchor');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /\S/);
    assert.equal((await command('cancel', 'two')).code, 0);
    await until('it is cancelled', async () => (await command('status', 'two')).code === 1);
    assert.equal((await command('watch', 'two')).code, 1);
  });

  it('ends `run` with 1 when somebody else cancels it, and says how to start anew', async () => {
    const running = command('run', 'azit.yaml', '--id', 'three');
    await until('it is listed', async () => (await command('status')).stdout.includes('three'));
    await command('cancel', 'three');
    const end = await running;
    assert.equal(end.code, 1);
    assert.match(end.stderr, /the run was cancelled\nto go on from what is saved, run the same command again/);
  });

  it('leaves the run alone when Ctrl-C ends `run`', async () => {
    const running = command('run', 'azit.yaml', '--id', 'four');
    await until('it is listed', async () => (await command('status')).stdout.includes('four'));
    process.kill(running.pid, 'SIGINT');
    assert.equal((await running).code, 130);
    assert.equal((await command('status', 'four')).code, 0);
    await command('cancel', 'four');
  });
});
