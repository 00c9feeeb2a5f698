import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { AzitClient, AzitClientError, type RunHandle } from '../../src/client/index.js';
import { stateWord } from '../../src/run/messages.js';
import { gates, sweepWorkflowIdOf, type Gate } from '../../src/project/names.js';
import { atOnce } from '../support/at-once.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

/** Where an activity waits until it is let go. */
class Latch {
  letGo!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.letGo = resolve));
  hasArrived = false;
}

/** Every decision in every state that refuses it: one sentence, which says how the run stands. */
describe('a decision that a run cannot take', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  /** A Temporal that knows none of these runs, with the same store: as after the end of the retention. */
  let forgetful: AzitClient;
  let runs = 0;
  /** By run and place. */
  const latches = new Map<string, Latch>();
  const full = new Set<string>();

  async function pass(runId: string, place: string): Promise<void> {
    if (full.has(`${runId} ${place}`)) throw ApplicationFailure.nonRetryable('no space', 'disk-full');
    const latch = latches.get(`${runId} ${place}`);
    if (!latch) return;
    latch.hasArrived = true;
    await latch.opened;
  }

  const start = async (approvals: Gate[], id: string) => await rig.client.start({ ...quickProject, approvals }, { id });
  const newId = () => `table-${(runs += 1)}`;

  async function at(gate: Gate, more: Gate[] = []): Promise<RunHandle> {
    const run = await start([gate, ...more], newId());
    await until(`it waits at ${gate}`, async () => (await run.status()).waitingFor?.gate === gate);
    return run;
  }

  function latch(id: string, place: string): Latch {
    const made = new Latch();
    latches.set(`${id} ${place}`, made);
    return made;
  }

  async function inside(place: string): Promise<RunHandle> {
    const id = newId();
    const made = latch(id, place);
    const run = await start([], id);
    await until(`it is inside ${place}`, () => made.hasArrived);
    return run;
  }

  async function needsHelp(place: string, id = newId()): Promise<RunHandle> {
    full.add(`${id} ${place}`);
    const run = await start([], id);
    await until('it needs help', async () => (await run.status()).help !== null);
    return run;
  }

  async function completed(approvals: Gate[] = []): Promise<RunHandle> {
    const run = await start(approvals, newId());
    await run.result();
    return run;
  }

  async function cancelled(run: RunHandle): Promise<RunHandle> {
    await run.cancel();
    await run.outcome();
    return run;
  }

  async function forgotten(run: RunHandle): Promise<RunHandle> {
    const kept = forgetful.run(run.runId);
    await until('it is kept', () => kept.isOver().catch(() => false));
    return kept;
  }

  async function refused(decision: () => Promise<unknown>, what: string, words: RegExp): Promise<void> {
    await assert.rejects(decision, (error: unknown) => {
      assert.ok(error instanceof AzitClientError, `${what}: ${String(error)}`);
      assert.equal(error.code, 'refused', `${what}: ${error.message}`);
      assert.match(error.message, words, what);
      assert.doesNotMatch(error.message, /\n/, what);
      return true;
    });
  }

  /** Of a run that goes on: what none of its gates takes, and what else it does not. */
  async function refusesAll(run: RunHandle, standing: string, { waitsAt, inUse }: { waitsAt?: Gate; inUse?: number }) {
    const end = `: ${standing.replace('ID', run.runId)}\\.$`;
    for (const gate of gates.filter((each) => each !== waitsAt)) {
      const words = new RegExp(`the gate '${gate}'.*${end}`, 'i');
      await refused(() => run.approve({ gate }), `approve ${gate}`, words);
      await refused(() => run.approve({ gate, picks: [1] }), `pick ${gate}`, words);
      await refused(() => run.approve({ gate, drops: [1] }), `drop ${gate}`, words);
      await refused(() => run.reject({ gate, reason: 'no' }), `reject ${gate}`, words);
    }
    if (!/help/.test(standing))
      await refused(() => run.resume(), 'resume', new RegExp(`^There is nothing to resume${end}`));
    await refused(() => run.choose({ step: 30 }), 'choose', /^Step 30 is not in the sweep\. Available: 20, 40\.$/);
    if (inUse === undefined) return;
    const other = inUse === 20 ? 40 : 20;
    await refused(
      () => run.choose({ step: other }),
      'choose',
      new RegExp(`^Step ${inUse} is already chosen\\. To use`),
    );
    assert.deepEqual(await run.choose({ step: inUse }), { already: true, isShownAnew: false });
  }

  /** Of one that does not: every decision but that of another checkpoint. */
  async function isOver(run: RunHandle, how: string, next = ''): Promise<void> {
    const sentence = (wish: string) =>
      new RegExp(`^The run '${run.runId}' ${how}: there is nothing to ${wish}\\.${next}$`);
    for (const gate of gates) {
      await refused(() => run.approve({ gate }), `approve ${gate}`, sentence('approve'));
      await refused(() => run.reject({ gate, reason: 'no' }), `reject ${gate}`, sentence('reject'));
    }
    await refused(() => run.resume(), 'resume', sentence('resume'));
  }

  const notCompared = async (run: RunHandle, how: string) => {
    await refused(
      () => run.choose({ step: 20 }),
      'choose',
      new RegExp(`${how} before its checkpoints were compared.* (To start over, run|Run) its project file `),
    );
    await refused(() => run.cancel(), 'cancel', /there is nothing to stop\./);
  };

  const another = ' To choose another checkpoint, run `azit choose .*';
  const over = ' To start over, run its project file under another --id: .*';
  const again = ' Run its project file again: .*';
  const running = 'the run is running';
  const scenes: Record<string, () => Promise<void>> = {};
  for (const gate of gates)
    scenes[`at the gate ${gate}, and once that is decided`] = async () => {
      const run = await at(gate, gate === 'checkpoint' ? [] : ['checkpoint']);
      await refusesAll(run, `the run is waiting at the gate '${gate}' \\(.*\\)`, { waitsAt: gate });
      const { options } = (await run.status()).waitingFor!;
      const beyond = options.length;
      const outOfRange = new RegExp(`^Number ${beyond} is out of range \\(0-${beyond - 1}\\)`);
      await refused(() => run.approve({ gate, picks: [beyond] }), 'pick', outOfRange);
      await refused(() => run.reject({ gate, reason: ' ' }), 'reject', /^A rejection needs a reason\.$/);
      // Of two at the same moment the first is taken, and the other hears what became of it, not that it waits.
      const two = [run, rig.client.run(run.runId)].map((each) => each.approve({ gate }));
      const late = (await Promise.allSettled(two)).find(({ status }) => status === 'rejected');
      const decided = new RegExp(
        `^The gate '${gate}' is already decided \\(approved\\): the run is (running|waiting at the)`,
      );
      await refused(() => Promise.reject((late as PromiseRejectedResult).reason as Error), 'late', decided);
      await run.cancel();
    };
  for (const place of ['01-anchor', '02-canonical', '03-views-i', '04-views-ii', 'train', 'sweep'])
    scenes[`inside ${place}`] = async () => {
      const run = await inside(place);
      await refusesAll(run, running, {});
      await run.choose({ step: 20 });
      await refusesAll(run, running, { inUse: 20 });
      await run.terminate();
      latches.get(`${run.runId} ${place}`)?.letGo();
    };
  for (const place of ['06-editorial', 'report'])
    scenes[`inside ${place}`] = async () => {
      const run = await inside(place);
      await refusesAll(run, running, { inUse: 40 });
      latches.get(`${run.runId} ${place}`)?.letGo();
      assert.equal((await run.result()).chosenStep, 40);
    };
  for (const place of ['01-anchor', '03-views-i', 'train', 'sweep', '06-editorial', 'report'])
    scenes[`that needs help in ${place}, and where Temporal forgot it so`] = async () => {
      const run = await needsHelp(place);
      const isLast = place === '06-editorial' || place === 'report';
      await refusesAll(run, 'the run needs help \\(see `azit status ID`\\)', isLast ? { inUse: 40 } : {});
      const kept = await forgotten(run);
      await isOver(kept, 'was forgotten by Temporal before it ended', again);
      if (!isLast) await notCompared(kept, 'failed');
      const outcome = await kept.outcome();
      assert.match(outcome.kind === 'failed' ? `${outcome.reason}. ${outcome.fix}` : '', /^Temporal forgot.*Run its/);
      full.delete(`${run.runId} ${place}`);
      await run.resume();
      assert.equal((await run.result()).chosenStep, 40);
    };
  Object.assign(scenes, {
    'that is being cancelled, while its trainer saves': async () => {
      const run = await inside('train');
      await run.cancel();
      await until('it knows', () => run.resume().catch((error: Error) => /cancelled/.test(error.message)));
      for (const [decide, wish] of [
        [() => run.approve({ gate: 'anchor' }), 'approve'],
        [() => run.reject({ gate: 'dataset', reason: 'no' }), 'reject'],
        [() => run.choose({ step: 20 }), 'choose'],
        [() => run.resume(), 'resume'],
      ] as const)
        await refused(
          decide,
          wish,
          new RegExp(`^The run '.*' is being cancelled: there is nothing to ${wish}\\. To go on once it has stopped, `),
        );
      await run.cancel();
      assert.equal(stateWord(await run.status()), 'stopping');
      latches.get(`${run.runId} train`)?.letGo();
      assert.deepEqual(await run.outcome(), { kind: 'cancelled' });
    },
    'that was cancelled, also where Temporal forgot it': async () => {
      const run = await cancelled(await at('anchor'));
      for (const each of [run, await forgotten(run)]) {
        await isOver(each, 'was cancelled', again);
        await notCompared(each, 'was cancelled');
      }
    },
    'that was terminated, or failed with its sweep': async () => {
      const { client } = await sharedTemporal();
      const terminated = await at('anchor');
      await client.workflow.getHandle(terminated.workflowId).terminate();
      await isOver(terminated, 'was terminated in Temporal', over);
      await notCompared(terminated, 'ended');
      const failed = await inside('sweep');
      await client.workflow.getHandle(sweepWorkflowIdOf(failed.runId)).terminate('not any more');
      latches.get(`${failed.runId} sweep`)?.letGo();
      const reason = `Its workflow ${sweepWorkflowIdOf(failed.runId)} was terminated in Temporal`;
      assert.deepEqual(await failed.outcome(), { kind: 'failed', reason });
      await isOver(failed, 'failed', over);
      await notCompared(failed, 'failed');
    },
    'that has completed, also where Temporal forgot it': async () => {
      const run = await completed();
      for (const each of [run, await forgotten(run)]) {
        await isOver(each, 'has completed', another);
        await refused(() => each.cancel(), 'cancel', /has completed: there is nothing to stop\./);
        await refused(() => each.choose({ step: 30 }), 'choose', /^Step 30 has no checkpoint\. Available: 20, 40\.$/);
        assert.deepEqual(await each.choose({ step: 40 }), { already: true, isShownAnew: false });
      }
    },
    'that is shown anew; cancelled then, it can be shown as before': async () => {
      const run = await completed();
      const made = latch(run.runId, '06-editorial');
      await run.choose({ step: 20 });
      await until('it is in stage 06', () => made.hasArrived);
      await refusesAll(run, running, { inUse: 20 });
      const ended = cancelled(run);
      made.letGo();
      await ended;
      await isOver(run, 'was cancelled', again);
      assert.deepEqual(await run.choose({ step: 40 }), { already: false, isShownAnew: true });
      assert.equal((await run.result()).chosenStep, 40);
    },
    'that nobody started': async () => {
      const nobody = rig.client.run('never-was');
      for (const decide of [() => nobody.approve({ gate: 'anchor' }), () => nobody.resume(), () => nobody.cancel()])
        await assert.rejects(decide, { code: 'no-such-run', message: "There is no run with the id 'never-was'." });
      await assert.rejects(nobody.choose({ step: 20 }), { code: 'no-such-run' });
    },
  });

  const begin = atOnce(scenes);
  before(async () => {
    rig = await startQuickRig({
      activities: ({ renderBatch, writeReport, trainLora }) => ({
        async renderBatch(input) {
          await pass(input.runId, input.stage);
          return await renderBatch(input);
        },
        async trainLora(input) {
          await pass(input.runId, 'train');
          return await trainLora(input);
        },
        async writeReport(data) {
          await pass(data.run.id, 'report');
          return await writeReport(data);
        },
      }),
    });
    const { store, taskQueuePrefix, address } = rig;
    const temporal = { address, namespace: 'temporal-system' };
    forgetful = await AzitClient.connect({ store: store.location, taskQueuePrefix, temporal });
    begin();
  });
  after(async () => {
    await forgetful.close();
    await rig.close();
    await stopSharedTemporal();
  });
});
