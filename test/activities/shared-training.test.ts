import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { listProcesses, signalIfThere } from '../../src/machine/processes.js';
import { workflowIdOf } from '../../src/project/names.js';
import { contentPath } from '../../src/artifacts/path.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import type { TrainLoraInput } from '../../src/run/contracts.js';
import { removeTemporaryFolders } from '../support/folder.js';
import { Program } from '../support/program.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import { rogueCommand } from '../trainer/studio.js';
import type { trainingOnly } from './programs/training-workflow.js';
import { trainOnce } from './train-once.js';
import { TrainingRig } from './training-rig.js';

const workflowsPath = fileURLToPath(new URL('./programs/training-workflow.ts', import.meta.url));
const patienceMs = 90_000;

describe('two runs that train the very same', function () {
  this.timeout(300_000);
  let environment: TestWorkflowEnvironment;
  let bundle: WorkflowBundle;
  let calm: [number, string, string | undefined][];
  const programs: Program[] = [];
  const workers: { worker: Worker; running: Promise<void> }[] = [];

  before(async () => {
    environment = await sharedTemporal();
    bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    const undisturbed = await TrainingRig.open({ steps: 90, saveEvery: 30, runId: 'calm' });
    await trainOnce({ ...undisturbed, command: undisturbed.command });
    calm = await undisturbed.hashes();
  });
  after(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    for (const { worker } of workers) worker.shutdown();
    await Promise.all(workers.map(({ running }) => running));
    await stopSharedTemporal();
    await removeTemporaryFolders();
  });

  interface Trained {
    handle: WorkflowHandle<typeof trainingOnly>;
    machine(command?: string[]): Promise<Program>;
  }

  /** A run of its own queue, on the rig's store. */
  async function start({ folder, input, command: usual }: TrainingRig, runId: string): Promise<Trained> {
    const prefix = ownPrefix();
    const { nativeConnection: connection } = environment;
    const worker = await Worker.create({ connection, taskQueue: prefix, workflowBundle: bundle });
    workers.push({ worker, running: worker.run() });
    const asked: TrainLoraInput = { ...input, runId };
    const handle = await environment.client.workflow.start<typeof trainingOnly>('trainingOnly', {
      workflowId: workflowIdOf(runId),
      taskQueue: prefix,
      args: [prefix, asked],
    });
    const machine = async (command = usual): Promise<Program> => {
      const program = new Program(
        'test/activities/programs/train-worker.ts',
        [prefix, folder, JSON.stringify(command), ''],
        { TEMPORAL_ADDRESS: environment.address, AZIT_GPU_LEASES: `${folder}/leases` },
      );
      programs.push(program);
      await program.says(/ready/);
      return program;
    };
    return { handle, machine };
  }

  const open = (runId: string) => TrainingRig.open({ steps: 90, saveEvery: 30, runId });
  /** Stops between the first and the second save. */
  const halting = ({ keeps }: TrainingRig) => rogueCommand(' 45/91 ', 'stop', { keeps });
  const hasPublished = (rig: TrainingRig, count: number) =>
    until(`${count} checkpoints are published`, async () => (await rig.published()).length >= count, patienceMs);
  const trainersOf = async ({ folder }: TrainingRig): Promise<number[]> =>
    (await listProcesses())
      .filter(({ command }) => command.includes(folder) && /\/config\.json$/.test(command))
      .map(({ pid }) => pid);
  const isWaiting = ({ handle }: Trained) =>
    until(
      'the second run waits for the first',
      async () => {
        const [pending] = (await handle.describe()).raw.pendingActivities ?? [];
        return pending?.lastFailure?.applicationFailureInfo?.type === 'done-elsewhere';
      },
      patienceMs,
    );

  it('at once: one trains; the other waits, is told of what is saved, and ends with the same', async () => {
    const rig = await open('one');
    const first = await start(rig, 'one');
    await first.machine(halting(rig));
    await hasPublished(rig, 1);
    const second = await start(rig, 'two');
    await second.machine();
    await isWaiting(second);
    const { events } = await second.handle.fetchHistory();
    assert.equal(events?.filter((event) => event.workflowExecutionSignaledEventAttributes).length, 1);
    assert.equal((await trainersOf(rig)).length, 1);
    for (const pid of await trainersOf(rig)) signalIfThere(pid, 'SIGCONT');
    const results = [await first.handle.result(), await second.handle.result()];
    assert.deepEqual(results[1].checkpoints, results[0].checkpoints);
    assert.equal(results[0].reused, undefined);
    assert.deepEqual(results[1].reused, { checkpoints: 3, runs: ['one'] });
    assert.deepEqual(results[1].resumes, []);
    assert.deepEqual(await rig.hashes(), calm);
  });

  it('the machine of the first dies: the other goes on from its last checkpoint, and both have the same', async () => {
    const rig = await open('dies');
    const first = await start(rig, 'dies');
    const doomed = await first.machine(halting(rig));
    await hasPublished(rig, 1);
    const second = await start(rig, 'goes-on');
    await second.machine();
    await isWaiting(second);
    await doomed.kill();
    const { reused, resumes } = await second.handle.result();
    assert.deepEqual(reused, { checkpoints: 1, runs: ['dies'] });
    assert.deepEqual(resumes, []);
    await first.machine();
    assert.deepEqual((await first.handle.result()).reused, { checkpoints: 2, runs: ['goes-on'] });
    assert.deepEqual(await rig.hashes(), calm);
  });

  it('a longer training goes on where a shorter one ended; more saves are made from the nearest one', async () => {
    const rig = await open('short');
    await trainOnce({ ...rig, command: rig.command, input: { ...rig.input, steps: 60 } });
    const longer = await trainOnce({ ...rig, command: rig.command, input: { ...rig.input, runId: 'longer' } });
    assert.deepEqual(longer.reused, { checkpoints: 2, runs: ['short'] });
    assert.deepEqual(await rig.hashes(), calm);
    const swept = { ...rig.input, runId: 'swept', saveEvery: 10, sweptSteps: [30, 60] };
    assert.deepEqual((await trainOnce({ ...rig, command: ['false'], input: swept })).reused?.checkpoints, 3);
    const finer = { ...swept, runId: 'finer', sweptSteps: [70] };
    const { checkpoints } = await trainOnce({ ...rig, command: rig.command, input: finer });
    assert.deepEqual(
      checkpoints.map((one) => one.step),
      [30, 60, 70, 80, 90],
    );
    assert.deepEqual(
      (await rig.hashes()).filter(([one]) => one % 30 === 0),
      calm,
    );
  });

  it('a checkpoint that is damaged in the store is used, or told before it is made again', async () => {
    const rig = await open('whole');
    await trainOnce({ ...rig, command: rig.command });
    const [, second] = await rig.published();
    await truncate(contentPath(rig.store.location, second.lora.sha256), 100);
    const wholeWhenTold: boolean[] = [];
    const onNews = () => void wholeWhenTold.push(isWhole(rig.store.location, second.lora));
    const input = { ...rig.input, runId: 'other', sweptSteps: [30, 60, 90] };
    const { checkpoints } = await trainOnce({ ...rig, command: rig.command, input, onNews });
    const told = (await readFile(join(rig.folder, 'signals'), 'utf8')).split('\n');
    assert.deepEqual(
      told.filter((line) => line.startsWith('azit-other')),
      checkpoints.map(({ step }) => `azit-other ${step}`),
    );
    // Before and after each signal: of 30 it may not be made yet.
    assert.ok(wholeWhenTold.slice(2).every(Boolean), `${wholeWhenTold}`);
    assert.deepEqual(await rig.hashes(), calm);
  });
});

const isWhole = (store: string, { sha256, bytes }: ArtifactRef): boolean =>
  statSync(contentPath(store, sha256)).size === bytes;
