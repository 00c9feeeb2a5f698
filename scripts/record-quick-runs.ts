// Keeps the histories of quick runs for the replay test, with what the demo has not: updates, a refused gate, help, a
// person's choice, a cancel. `npx tsx scripts/record-quick-runs.ts`
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
const rig = await startQuickRig({
  beforeSave: ({ runId }, step) => until('let go', () => runId === 'decided' || step === 20 || !isHeld),
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
const decided = await rig.client.start({ ...quickProject, approvals: [...approvals] }, { id: 'decided' });
await isAt(decided, 'anchor');
await decided.reject({ gate: 'anchor', reason: 'too old' });
await until('others', async () => (await decided.status()).stages[0].rejected === 3);
await isAt(decided, 'anchor');
await decided.approve({ gate: 'anchor', picks: [1] });
await helped(decided);
await isAt(decided, 'canonical');
await decided.approve({ gate: 'canonical' });
await isAt(decided, 'dataset');
await decided.approve({ gate: 'dataset', drops: [3] });
await helped(decided);
await isAt(decided, 'checkpoint');
await decided.choose({ step: 20 });
await decided.result();

const cancelled = await rig.client.start(quickProject, { id: 'cancelled' });
await until('it trains', async () => (await cancelled.status()).sweep[0].state === 'scored');
await cancelled.cancel();
isHeld = false;
await cancelled.outcome();

for (const id of ['decided', 'cancelled']) {
  await keepHistory(client, workflowIdOf(id), `quick-${id}-pipeline`);
  await keepHistory(client, sweepWorkflowIdOf(id), `quick-${id}-sweep`);
}
await rig.close();
await stopSharedTemporal();
await removeTemporaryFolders();
