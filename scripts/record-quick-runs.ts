// Keeps the histories of quick runs for the replay test, with what the demo has not: updates, a refused gate, help, a
// person's choice, a cancel, several strengths. `npx tsx scripts/record-quick-runs.ts NAME...` records these and leaves the
// others, which tell of earlier versions: decided, cancelled, strengths, stopped.
import { ApplicationFailure } from '@temporalio/common';
import type { RunHandle } from '../src/client/index.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../src/project/names.js';
import { removeTemporaryFolders } from '../test/support/folder.js';
import { quickProject, startQuickRig } from '../test/support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../test/support/temporal.js';
import { until } from '../test/support/until.js';
import { keepHistory } from './keep-history.js';

const failing = new Set(['02-canonical', 'sweep']);
let isHeld = true;
let isPaced: RunHandle | null = null;
const rig = await startQuickRig({
  async beforeSave({ runId }, step, signal) {
    await until('let go', () => runId === 'decided' || step === 20 || !isHeld);
    if (runId !== 'stopped') return;
    const watched = async () => (await isPaced?.status())?.training?.watch?.checkpoints ?? 0;
    await until('it is watched', async () => signal.aborted || (await watched()) >= step / 20 - 2);
  },
  found: ({ identity }, unit) =>
    /^(?:step|watch)-/.test(unit) && isPaced ? { identity: Math.min(0.7, identity!) } : {},
  activities: ({ renderBatch }) => ({
    async renderBatch(input) {
      if (input.runId === 'decided' && failing.delete(input.stage))
        throw ApplicationFailure.nonRetryable('no space', 'disk-full');
      return await renderBatch(input);
    },
  }),
});
const { client } = await sharedTemporal();

const isAt = (run: RunHandle, gate: string) => until(gate, async () => (await run.status()).waitingFor?.gate === gate);
const helped = async (run: RunHandle): Promise<void> => {
  await until('help', async () => (await run.status()).state === 'needs-help');
  await run.resume();
};

const approvals = ['anchor', 'canonical', 'dataset', 'checkpoint'] as const;
const runs: Record<string, () => Promise<void>> = { decided, cancelled, strengths, stopped };

async function decided(): Promise<void> {
  const run = await rig.client.start({ ...quickProject, approvals: [...approvals] }, { id: 'decided' });
  await isAt(run, 'anchor');
  await run.reject({ gate: 'anchor', reason: 'too old' });
  await until('others', async () => (await run.status()).stages[0].rejected === 3);
  await isAt(run, 'anchor');
  await run.approve({ gate: 'anchor', picks: [1] });
  await helped(run);
  await isAt(run, 'canonical');
  await run.approve({ gate: 'canonical' });
  await isAt(run, 'dataset');
  await run.approve({ gate: 'dataset', drops: [3] });
  await helped(run);
  await isAt(run, 'checkpoint');
  await run.choose({ step: 20 });
  await run.result();
}

async function cancelled(): Promise<void> {
  const run = await rig.client.start(quickProject, { id: 'cancelled' });
  await until('it trains', async () => (await run.status()).sweep[0].state === 'scored');
  await run.cancel();
  isHeld = false;
  await run.outcome();
}

/** Each checkpoint at two, and a person who names a step at the one that the rule does not. */
async function strengths(): Promise<void> {
  const sweep = { ...quickProject.sweep, strength: [0.6, 1] };
  const run = await rig.client.start({ ...quickProject, sweep, approvals: ['checkpoint'] }, { id: 'strengths' });
  await until('a step is scored', async () => (await run.status()).sweep[0].state === 'scored');
  isHeld = false;
  await isAt(run, 'checkpoint');
  await run.choose({ step: 20, strength: 0.6 });
  await run.result();
}

/** A training that stops early: identity stands from its first checkpoint on. */
async function stopped(): Promise<void> {
  isHeld = false;
  const training = { steps: 400, saveEvery: 20, stop: 'when-locked' as const };
  const sweep = { ...quickProject.sweep, seeds: 2, steps: [380, 400] };
  const budget = { gpuHours: 1 };
  const run = await rig.client.start({ ...quickProject, training, sweep, budget }, { id: 'stopped' });
  isPaced = run;
  await run.result();
}

for (const id of process.argv.slice(2)) {
  await runs[id]();
  await keepHistory(client, workflowIdOf(id), `quick-${id}-pipeline`);
  await keepHistory(client, sweepWorkflowIdOf(id), `quick-${id}-sweep`);
}
await rig.close();
await stopSharedTemporal();
await removeTemporaryFolders();
