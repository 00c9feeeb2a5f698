import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { plainGraph, samplerGraph, useServer, type Json } from './fixture.js';

describe('sandbox ComfyUI: /api/jobs', () => {
  const server = useServer({ fixedRenderMs: 200 });
  const long = () => samplerGraph({ seed: Math.floor(Math.random() * 2 ** 40) });
  const jobs = () => server().get('/api/jobs');

  it('tells running, waiting, done and unknown apart', async () => {
    const [running, waiting] = [await server().submit(long()), await server().submit(plainGraph('jobs/x'))];
    await server().running(running);
    assert.equal((await server().json(`/api/jobs/${running}`)).status, 'in_progress');
    const { workflow, ...pending } = await server().json(`/api/jobs/${waiting}`);
    const { create_time, priority } = pending;
    assert.deepEqual(pending, {
      id: waiting,
      status: 'pending',
      priority,
      create_time,
      outputs_count: 0,
      previewable_outputs_count: 0,
    });
    assert.ok(workflow.prompt['2']);
    await server().finished(waiting);
    const done = await server().json(`/api/jobs/${waiting}`);
    const image = { filename: 'x_00001_.png', subfolder: 'jobs', type: 'output' };
    assert.equal(done.status, 'completed');
    assert.deepEqual(done.preview_output, { ...image, nodeId: '2', mediaType: 'images' });
    assert.deepEqual(done.outputs, { '2': { images: [image] } });
    assert.equal(done.execution_status.status_str, 'success');
    assert.ok(done.execution_end_time >= done.execution_start_time);
    const unknown = await server().get(`/api/jobs/${randomUUID()}`);
    assert.deepEqual([unknown.status, await unknown.json()], [404, { error: 'Job not found' }]);
  });

  it('a job cancelled while it waits is unknown afterwards; one cancelled while it runs is "cancelled"', async () => {
    const [running, waiting] = [await server().submit(long()), await server().submit(long())];
    await server().running(running);
    const cancel = async (id: string) => (await server().post(`/api/jobs/${id}/cancel`)).json();
    assert.deepEqual(await cancel(waiting), { cancelled: true });
    assert.deepEqual(await cancel(running), { cancelled: true });
    await server().finished(running);
    assert.equal((await server().json(`/api/jobs/${running}`)).status, 'cancelled');
    assert.equal((await server().get(`/api/jobs/${waiting}`)).status, 404);
    for (const id of [running, waiting, randomUUID(), 'malformed'])
      assert.deepEqual(await cancel(id), { cancelled: false });
  });

  it('lists by status and page, and refuses a status that does not exist', async () => {
    await server().run(plainGraph());
    const { jobs: listed, pagination } = await server().json('/api/jobs?status=completed&limit=1');
    assert.deepEqual([listed.length, listed[0].status], [1, 'completed']);
    assert.deepEqual([pagination.offset, pagination.limit], [0, 1]);
    assert.equal((await server().json('/api/jobs')).pagination.limit, null);
    const reply = await server().get('/api/jobs?status=zz');
    assert.equal(reply.status, 400);
    assert.match(
      ((await reply.json()) as Json).error,
      /^Invalid status value\(s\): zz\. Valid values: pending, in_progress/,
    );
  });

  it('is not served without /api', async () => {
    assert.equal((await server().get('/jobs')).status, 404);
  });

  it('one prompt with a broken extra_pnginfo poisons the list for everybody', async () => {
    for (const extra_pnginfo of [null, { workflow: null }, { workflow: 'text' }]) {
      await server().run(plainGraph(), { extra_data: { extra_pnginfo } });
      assert.equal((await jobs()).status, 500);
      await server().post('/history', { clear: true });
    }
    await server().run(plainGraph(), { extra_data: { extra_pnginfo: { workflow: {} } } });
    assert.equal((await jobs()).status, 200);
  });
});
