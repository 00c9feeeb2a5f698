import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { workflowBundlePath } from '../../src/workers/create-worker.js';

const folder = fileURLToPath(new URL('../histories', import.meta.url));

interface Saved {
  workflowId: string;
  history: {
    events: {
      eventType: string;
      activityTaskScheduledEventAttributes?: { activityType: { name: string } };
      workflowExecutionUpdateAcceptedEventAttributes?: { acceptedRequest: { input: { name: string } } };
    }[];
  };
}

const read = (name: string): Saved => JSON.parse(gunzipSync(readFileSync(`${folder}/${name}`)).toString()) as Saved;

async function replay({ workflowId, history }: Saved): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: { codePath: workflowBundlePath() } }, history, workflowId);
}

/** Limits of the issue: what one run may leave behind in Temporal. */
const mostEvents = 2_000;
const mostBytes = 2 * 1024 * 1024;

describe("finished runs' histories against today's workflows", function () {
  this.timeout(60_000);
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));

  it('are there to be replayed, with updates, a refused gate, help, a choice and a cancel among them', () => {
    const all = names.flatMap((name) => read(name).history.events);
    const updates = all.map((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const asked = new Set(updates.map((update) => update?.acceptedRequest.input.name));
    for (const update of ['approve', 'reject', 'resume', 'chooseCheckpoint']) assert.ok(asked.has(update), update);
    assert.ok(all.some(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'));
  });

  for (const name of names) {
    it(`${name}: replays, so a run in progress survives an update`, async () => {
      await replay(read(name));
    });

    it(`${name}: stays below ${mostEvents} events and ${mostBytes} bytes`, () => {
      const { history } = read(name);
      assert.ok(history.events.length < mostEvents, `${history.events.length} events`);
      assert.ok(JSON.stringify(history).length < mostBytes);
    });

    it(`${name}: an altered one is refused, so the replay proves something`, async () => {
      const saved = read(name);
      const scheduled = saved.history.events.find((event) => event.activityTaskScheduledEventAttributes);
      assert.ok(scheduled?.activityTaskScheduledEventAttributes);
      scheduled.activityTaskScheduledEventAttributes.activityType.name = 'somethingElse';
      await assert.rejects(replay(saved), DeterminismViolationError);
    });
  }
});
