import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { unservedWords } from '../../src/cli/unserved.js';
import { liveActivities } from '../../src/client/progress.js';
import { listProcesses, signalIfThere } from '../../src/machine/processes.js';
import { azit, type RunningCommand } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const bin = fileURLToPath(new URL('../../bin/azit.js', import.meta.url));
const project = `
name: mina
dataset: { images: ./pictures, heldOut: 1 }
training: { steps: 5000, saveEvery: 2500, validateEvery: 100, override: { datasets: { resolution: [64] } } }
`;

describe('azit cancel while it trains', function () {
  this.timeout(120_000);
  let environment: TestWorkflowEnvironment;
  let folder: string;
  let worker: RunningCommand;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    environment = await sharedTemporal();
    const picture = (background: string) =>
      sharp({ create: { width: 96, height: 96, channels: 3, background } })
        .png()
        .toBuffer();
    const colours = ['#911', '#191', '#119', '#991'];
    const pictures = await Promise.all(
      colours.map(async (colour, index) => [`pictures/${index}.png`, await picture(colour)] as const),
    );
    folder = await temporaryFolder({ 'azit.yaml': project, ...Object.fromEntries(pictures) });
    env = { TEMPORAL_ADDRESS: environment.address, AZIT_TASK_QUEUE: ownPrefix(), AZIT_STORE: join(folder, 'store') };
    const trainer = JSON.stringify([process.execPath, bin, 'sandbox', 'trainer']);
    const roles = ['--role', 'pipeline', 'identity', 'train', '--trainer-command', trainer];
    worker = azit(folder, ['worker', ...roles, '--work-dir', join(folder, 'work')], env);
    await worker.says(/worker ready/);
  });
  after(async () => {
    signalIfThere(worker.pid, 'SIGTERM');
    await worker;
    await stopSharedTemporal();
  });

  it('saves first, then stops, says how to take the last checkpoint home, and leaves no trainer behind', async () => {
    assert.equal((await azit(folder, ['start', 'azit.yaml', '--id', 'left'], env)).code, 0);
    await until('it trains', async () => {
      const activities = await liveActivities(environment.client, 'left');
      return activities.some(({ heartbeat }) => heartbeat?.kind === 'training' && heartbeat.step > 3);
    });
    // While it is busy with this it asks for no more: nobody may say that the run waits for a worker.
    const taskQueue = `${env.AZIT_TASK_QUEUE}-train-sandbox`;
    const idle = { unserved: () => Promise.resolve([{ role: 'train' as const, taskQueue }]) };
    assert.equal((await unservedWords(idle, 'sandbox')).length, 1);
    assert.deepEqual(await unservedWords(idle, 'sandbox', await liveActivities(environment.client, 'left')), []);
    const { code, stderr } = await azit(folder, ['cancel', 'left'], env);
    assert.equal(code, 0, stderr);
    const [, step] = /export the last checkpoint, step (\d+): azit export left /m.exec(stderr) ?? assert.fail(stderr);
    assert.ok(Number(step) > 3 && Number(step) < 2500, step);
    assert.doesNotMatch(stderr, /content\//);
    const exported = await azit(folder, ['export', 'left', '--json'], env);
    assert.equal(exported.code, 0, exported.stderr);
    assert.match(exported.stderr, /No checkpoint is chosen yet.*step/);
    const { loras, directory } = JSON.parse(exported.stdout) as { directory: string; loras: { path: string }[] };
    assert.equal(directory, join(folder, 'azit-lora-left'));
    assert.deepEqual(await readdir(directory), ['README.md', 'evidence.json', `mina-${step}.safetensors`]);
    assert.ok((await stat(loras[0].path)).size > 0);
    // None of these pictures shows a face, so none is held out, and there is nothing to measure a loss on.
    const { events } = await environment.client.workflow.getHandle('azit-left').fetchHistory();
    const asked = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes);
    const training = asked.find((task) => task?.activityType?.name === 'trainLora')?.input?.payloads?.[0]?.data;
    assert.doesNotMatch(Buffer.from(training ?? assert.fail()).toString(), /"validation"/);
    const trainers = (await listProcesses()).filter(({ command }) => command.includes(`${folder}/work/training`));
    assert.deepEqual(trainers, []);
  });
});
