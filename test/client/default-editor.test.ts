import assert from 'node:assert/strict';
import { join } from 'node:path';
import { putJson } from '../../src/artifacts/artifact-store.js';
import { RunRecords } from '../../src/artifacts/run-records.js';
import { openStore } from '../../src/artifacts/store.js';
import { AzitClient } from '../../src/client/index.js';
import { loadProjectObject } from '../../src/project/load.js';
import { workflowIdOf } from '../../src/project/names.js';
import type { PipelineInput } from '../../src/run/messages.js';
import { showSign } from '../../src/workers/sign.js';
import { temporaryFolder } from '../support/folder.js';
import { quickProject } from '../support/quick-run.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const project = { ...quickProject, model: 'sdxl' as const };

describe('the editor that a run is given', function () {
  this.timeout(60_000);
  let client: AzitClient;
  let folder: string;
  let shown: Promise<void>;
  const stop = new AbortController();

  before(async () => {
    const { address, nativeConnection: connection } = await sharedTemporal();
    const taskQueuePrefix = ownPrefix();
    folder = await temporaryFolder();
    client = await AzitClient.connect({ store: join(folder, 'store'), taskQueuePrefix, temporal: { address } });
    const options = {
      ...{ roles: ['render'] as const, families: ['klein-4b'] as const, taskQueuePrefix },
      ...{ store: '', workDir: folder, render: { comfyUrl: 'http://127.0.0.1:9' } },
    };
    // Not asking for work, as one that is busy.
    shown = showSign(options, { connection, namespace: 'default' }, stop.signal);
    await until('it is there', async () => (await client.machines()).workers[0]);
  });
  after(async () => {
    stop.abort();
    await shown;
    await client.close();
    await stopSharedTemporal();
  });

  /** Of the history's first event. */
  async function inputOf(runId: string): Promise<PipelineInput> {
    const { client: temporal } = await sharedTemporal();
    const { events } = await temporal.workflow.getHandle(workflowIdOf(runId)).fetchHistory();
    const [payload] = events?.[0].workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as PipelineInput;
  }

  it('is not what a busy worker offers, or makes another project of the file', async () => {
    const said: string[] = [];
    const run = await client.start(project, { id: 'first', onEditor: ({ words }) => said.push(words) });
    const input = await inputOf(run.runId);
    assert.deepEqual(input.project.views, { editors: ['klein-4b'] });
    assert.equal(input.editorByDefault, true);
    assert.equal(input.projectSha256, (await loadProjectObject(project)).projectSha256);
    assert.match(said.join(), /^Editor: klein-4b, because it is the best for sdxl that a worker offers/);
    // Found again, nothing is chosen.
    await client.start(project, { id: 'first', onEditor: ({ words }) => said.push(words) });
    assert.equal(said.length, 1);
  });

  it('is chosen against what the file says', async () => {
    await client.start({ ...project, views: { editor: 'kontext' } }, { id: 'named' });
    const { project: asked, editorByDefault } = await inputOf('named');
    assert.deepEqual([asked.views, editorByDefault], [{ editors: ['kontext'] }, undefined]);
  });

  it('of a changed file is another than that of the run before', async () => {
    const store = await openStore(join(folder, 'store'));
    const { project: before, projectSha256 } = await loadProjectObject({ ...project, name: 'earlier' });
    const report = { stages: [{ id: '02-canonical', outputs: [{}] }] };
    const record = await putJson(store, 'run.json', { input: { runId: 'old', project: before }, report });
    const { name, model } = before;
    const at = '2026-11-01T00:00:00.000Z';
    const run = { runId: 'old', name, model, projectSha256, state: 'completed', startedAt: at, finishedAt: at, record };
    await new RunRecords(store).keep(run);
    const said: string[] = [];
    const longer = { ...project, name: 'earlier', training: { steps: 60, saveEvery: 20 } };
    await client.start(longer, { id: 'new', onEditor: ({ words }) => said.push(words) });
    assert.equal((await inputOf('new')).project.views, undefined);
    assert.match(said.join(), /because the run old of this project used it.* A worker offers klein-4b/);
  });
});
