import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { AzitClient } from '../../src/client/index.js';
import { temporaryFolder } from '../support/folder.js';
import { ownPrefix, startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

describe('a run that is waited for through many long polls', function () {
  this.timeout(60_000);
  let temporal: TestWorkflowEnvironment;
  let client: AzitClient;
  // A real one is answered after 20 s.
  before(async () => (temporal = await startTemporal(true, ['history.longPollExpirationInterval="50ms"'])));
  after(() => temporal.teardown());

  it('has no warning of Node in the terminal', async () => {
    const warned: string[] = [];
    const note = ({ message }: Error): void => void warned.push(message);
    process.on('warning', note);
    const waiting = new AbortController();
    const store = join(await temporaryFolder(), 'store');
    client = await AzitClient.connect({ store, temporal: { address: temporal.address } });
    try {
      const id = 'long';
      await temporal.client.workflow.start('pipeline', { workflowId: `azit-${id}`, taskQueue: ownPrefix() });
      const over = client.run(id).untilOver(waiting.signal);
      over.catch(() => undefined);
      await until('it has asked often', () => getEventListeners(waiting.signal, 'abort').length > 12);
      waiting.abort();
      await assert.rejects(over);
      assert.deepEqual(warned, []);
    } finally {
      process.off('warning', note);
      await client.close();
    }
  });
});
