import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { FailureInterceptor } from '../../src/activities/failure.js';
import { TrainerError } from '../../src/trainer/index.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import type { failing } from './programs/failing-workflow.js';

const workflowsPath = fileURLToPath(new URL('./programs/failing-workflow.ts', import.meta.url));
const lines = Array.from({ length: 60 }, (_, index) => `${index + 1} ${'x'.repeat(400)}`);
const trained = (cause: string, logTail: string[]) =>
  new TrainerError({ kind: 'failed', cause, type: 'training-failed', logTail });

function deep(depth: number): Error {
  let error = new Error('the socket was closed');
  for (let level = 1; level < depth; level += 1)
    error = new Error(`level ${level} ${'y'.repeat(300)}`, { cause: error });
  return error;
}

function ring(): Error {
  const error = new Error('one that is its own cause');
  return Object.assign(error, { cause: error });
}

/** What is thrown, and what a person reads of it while it is tried again. */
const failures: Record<string, { error: Error; message: RegExp; lastLine?: string }> = {
  'a long log': {
    error: trained('The trainer has stalled.', lines),
    message: /^The trainer has stalled\.$/,
    lastLine: lines[59],
  },
  'a log of long lines': {
    error: trained('It ended.', ['before', 'z'.repeat(5_000), 'the end']),
    message: /^It ended\.$/,
    lastLine: 'the end',
  },
  'a long message': {
    error: new Error(`The server said: ${'"é'.repeat(40_000)}`),
    message: /^The server said: ("é)+"? …$/,
  },
  'a long chain of causes': {
    error: new Error('The store is away.', { cause: deep(40) }),
    message: /^The store is away\.$/,
  },
  'a ring of causes': { error: ring(), message: /^one that is its own cause$/ },
  'a long stack': {
    error: Object.assign(new Error('Lost.'), { stack: `Error: Lost.\n${'    at deep (file.js:1:1)\n'.repeat(1_000)}` }),
    message: /^Lost\.$/,
  },
  'a cause that is no error': { error: new Error('Refused.', { cause: 'z'.repeat(9_000) }), message: /^Refused\.$/ },
};

interface Details {
  fix: string;
  logTail?: string[];
}

describe('a failure that is tried again', function () {
  this.timeout(60_000);
  after(stopSharedTemporal);

  it('can be read in Temporal while it waits, however much it has to say', async () => {
    const { client, nativeConnection: connection } = await sharedTemporal();
    const taskQueue = ownPrefix();
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    const names = Object.keys(failures);
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle,
      activities: { fail: (name: string) => Promise.reject(failures[name].error) },
      interceptors: { activity: [() => ({ inbound: new FailureInterceptor() })] },
    });
    await worker.runUntil(async () => {
      const handle = await client.workflow.start<typeof failing>('failing', {
        workflowId: taskQueue,
        taskQueue,
        args: [names],
      });
      const failed = async () =>
        ((await handle.describe()).raw.pendingActivities ?? []).filter(({ lastFailure }) => lastFailure);
      await until('each has failed', async () => (await failed()).length === names.length);
      for (const { activityId, lastFailure } of await failed()) {
        const name = names[Number(activityId) - 1];
        const { message, lastLine } = failures[name];
        assert.match(lastFailure?.message ?? '', message, name);
        const [details] = lastFailure?.applicationFailureInfo?.details?.payloads ?? [];
        const { fix, logTail = [] } = JSON.parse(Buffer.from(details!.data!).toString()) as Details;
        assert.match(fix, /resume\.$/, name);
        assert.equal(logTail.at(-1), lastLine, name);
      }
      await handle.terminate();
    });
  });
});
