import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { listProcesses, signalIfThere } from '../../src/machine/processes.js';
import { workflowIdOf } from '../../src/project/names.js';
import { rogueCommand } from '../trainer/studio.js';
import { atOnce } from '../support/at-once.js';
import { Program } from '../support/program.js';
import { TcpRelay } from '../support/tcp-relay.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import type { trainingOnly } from './programs/training-workflow.js';
import { trainOnce } from './train-once.js';
import { TrainingRig } from './training-rig.js';

const workflowsPath = fileURLToPath(new URL('./programs/training-workflow.ts', import.meta.url));
/** For a checkpoint, on a machine that does other things as well. */
const patienceMs = 90_000;
const long = { steps: 90, saveEvery: 30 };
/** Stops between the first and the second save, until somebody lets it go on: there is time for a fault. */
const halting = ({ keeps }: TrainingRig) => rogueCommand(' 45/91 ', 'stop', { keeps });

describe('training on Temporal', function () {
  this.timeout(300_000);
  let environment: TestWorkflowEnvironment;
  let bundle: WorkflowBundle;
  let calm: [number, string, string | undefined][];
  const programs: Program[] = [];

  before(async () => {
    environment = await sharedTemporal();
    bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    const undisturbed = await TrainingRig.open({ ...long, runId: 'calm' });
    await trainOnce({ ...undisturbed, command: undisturbed.command });
    calm = await undisturbed.hashes();
    begin();
  });
  after(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    await stopSharedTemporal();
  });

  interface Scene {
    handle: WorkflowHandle<typeof trainingOnly>;
    /** A worker process; the address is Temporal's or a relay's. */
    start(options?: { address?: string; command?: string[]; gpu?: { name: string; leases: string } }): Promise<Program>;
  }

  async function training(rig: TrainingRig, scene: (scene: Scene) => Promise<void>): Promise<void> {
    const prefix = ownPrefix();
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: prefix,
      workflowBundle: bundle,
    });
    await worker.runUntil(async () => {
      const handle = await environment.client.workflow.start<typeof trainingOnly>('trainingOnly', {
        workflowId: workflowIdOf(rig.input.runId),
        taskQueue: prefix,
        args: [prefix, rig.input],
      });
      const start: Scene['start'] = async ({ address = environment.address, command = rig.command, gpu } = {}) => {
        const words = [prefix, rig.folder, JSON.stringify(command), gpu?.name ?? ''];
        const program = new Program('test/activities/programs/train-worker.ts', words, {
          TEMPORAL_ADDRESS: address,
          AZIT_GPU_LEASES: gpu?.leases ?? `${rig.folder}/leases`,
        });
        programs.push(program);
        await program.says(/ready/);
        return program;
      };
      await scene({ handle, start });
    });
    await until('nothing of it is left', async () => {
      return (await trainersOf(rig)).length === 0;
    });
  }

  const trainersOf = async ({ folder }: TrainingRig): Promise<number[]> =>
    (await listProcesses())
      .filter(({ command }) => command.includes(folder) && /\/config\.json$/.test(command))
      .map(({ pid }) => pid);

  async function signalTrainers(rig: TrainingRig, signal: NodeJS.Signals): Promise<void> {
    for (const pid of await trainersOf(rig)) signalIfThere(pid, signal);
  }

  const hasPublished = (rig: TrainingRig, count: number) =>
    until(`${count} checkpoints are published`, async () => (await rig.published()).length >= count, patienceMs);

  const begin = atOnce({
    'SIGSTOP of a worker for longer than the heartbeat, another takes over: two believe in the run, one file a step':
      async () => {
        const rig = await TrainingRig.open({ ...long, runId: 'stopped' });
        await training(rig, async ({ handle, start }) => {
          const first = await start({ command: halting(rig) });
          await hasPublished(rig, 1);
          first.child.kill('SIGSTOP');
          const second = await start();
          const { resumes } = await handle.result();
          assert.ok(resumes.length > 0);
          first.child.kill('SIGCONT');
          for (const { fromStep, atStep } of resumes) assert.ok(atStep - fromStep <= long.saveEvery);
          for (const program of [first, second]) {
            program.child.kill('SIGTERM');
            await program.says(/ended/);
          }
        });
        assert.deepEqual(await rig.hashes(), calm);
      },

    'the network to Temporal cut while training goes on, then back: the same checkpoints, all told': async () => {
      const rig = await TrainingRig.open({ ...long, runId: 'cut' });
      const relay = await TcpRelay.start(environment.address);
      await training(rig, async ({ handle, start }) => {
        await start({ address: relay.address, command: halting(rig) });
        await hasPublished(rig, 1);
        relay.cut();
        await until(
          'Temporal gives the attempt up',
          async () => {
            const [pending] = (await handle.describe()).raw.pendingActivities ?? [];
            return (pending?.attempt ?? 1) > 1;
          },
          patienceMs,
        );
        relay.mend();
        const letGoOn = setInterval(() => void signalTrainers(rig, 'SIGCONT'), 200);
        const { checkpoints, resumes } = await handle.result().finally(() => clearInterval(letGoOn));
        assert.equal(checkpoints.length, calm.length);
        assert.ok(resumes.length > 0);
      });
      relay.close();
      assert.deepEqual(await rig.hashes(), calm);
    },

    'worker killed, trainer killed: goes on each time, at most one interval redone': async () => {
      const rig = await TrainingRig.open({ ...long, runId: 'killed' });
      await training(rig, async ({ handle, start }) => {
        const first = await start({ command: rogueCommand(' 45/91 ', 'kill', { keeps: rig.keeps }) });
        await until('the trainer has been killed', async () => (await rig.records.resumes()).length > 0, patienceMs);
        await first.kill();
        await start();
        const { resumes } = await handle.result();
        assert.ok(resumes.length >= 2);
        for (const { fromStep, atStep } of resumes) assert.ok(atStep - fromStep <= long.saveEvery);
      });
      assert.deepEqual(await rig.hashes(), calm);
    },

    'cancelled: saves first, and tells of the checkpoint before it ends': async () => {
      const rig = await TrainingRig.open({ steps: 5000, saveEvery: 2500, runId: 'cancelled' });
      await training(rig, async ({ handle, start }) => {
        await start();
        await until(
          'it trains',
          async () => {
            const [pending] = (await handle.describe()).raw.pendingActivities ?? [];
            return /"step":[1-9]/.test(Buffer.from(pending?.heartbeatDetails?.payloads?.[0]?.data ?? []).toString());
          },
          patienceMs,
        );
        await handle.cancel();
        await assert.rejects(handle.result());
        const { events } = await handle.fetchHistory();
        const signals = (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes);
        assert.equal(signals.length, 1);
      });
      const [stop] = await rig.records.stops();
      assert.ok(stop.step > 0 && stop.state);
    },

    'fifteen checkpoints leave at most 60 events, as those of 3000 steps do': async () => {
      const rig = await TrainingRig.open({
        steps: 60,
        saveEvery: 4,
        sweptSteps: [44, 48, 52, 56, 60],
        runId: 'events',
      });
      await training(rig, async ({ handle, start }) => {
        await start();
        const { checkpoints } = await handle.result();
        assert.equal(checkpoints.length, 15);
        const events = (await handle.fetchHistory()).events ?? [];
        const signals = events.filter((event) => event.workflowExecutionSignaledEventAttributes).length;
        // In a run each piece of news also sets a search attribute. What comes while a signal is under way goes together.
        assert.ok(events.length + signals <= 60, `${events.length} events and ${signals} signals`);
        assert.ok(signals >= 1);
      });
    },

    'waits for a GPU that another worker has, saying so, and trains when it is free': async () => {
      const [rig, other] = [
        await TrainingRig.open({ ...long, runId: 'gpu' }),
        await TrainingRig.open({ ...long, runId: 'gpu-2' }),
      ];
      const gpu = { name: '0', leases: `${rig.folder}/leases` };
      await training(rig, async (one) => {
        await training(other, async (two) => {
          await Promise.all([one.start({ gpu }), two.start({ gpu })]);
          const results = Promise.all([one, two].map(({ handle }) => handle.result()));
          let over = false;
          void results.catch(() => undefined).finally(() => (over = true));
          // In one look at all processes, of which one ends and another begins, two may show: in the next look both do
          // only where they ran side by side.
          let most = 0;
          for (let before: number[] = []; !over; await delay(100)) {
            const now = (await Promise.all([rig, other].map(trainersOf))).flat();
            most = Math.max(most, now.filter((pid) => before.includes(pid)).length);
            before = now;
          }
          await results;
          assert.equal(most, 1);
          const both = await Promise.all([rig, other].map((one) => one.published()));
          assert.ok(both.every((published) => published.length === 3));
        });
      });
    },
  });
});
