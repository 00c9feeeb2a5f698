import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { withoutAssets, type Json } from './client.js';
import { endlessGraph, newPrefix, own, plainGraph } from './graphs.js';
import { describeContract } from './server.js';

describeContract('/api/jobs', (server) => {
  const endless = () => endlessGraph(server().checkpoint);
  const jobs = () => server().get('/api/jobs');

  describe('where the server has it', () => {
    before(function () {
      if (!server().since('0.6.0')) this.skip();
    });

    it('tells running, waiting, done and unknown apart', async () => {
      const [running, waiting] = [await server().submit(endless()), await server().submit(plainGraph(`${own}/jobs/x`))];
      await server().running(running);
      assert.equal((await server().json(`/api/jobs/${running}`)).status, 'in_progress');
      const pending = await server().json(`/api/jobs/${waiting}`);
      const { create_time, priority } = pending;
      const counts = { outputs_count: 0, previewable_outputs_count: 0 };
      assert.deepEqual(pending, { id: waiting, status: 'pending', priority, create_time, ...counts });
      await server().stopped(running);
      await server().finished(waiting);
      const done = withoutAssets(await server().json(`/api/jobs/${waiting}`));
      const image = { filename: 'x_00001_.png', subfolder: `${own}/jobs`, type: 'output' };
      const { execution_start_time, execution_end_time, execution_status } = done;
      assert.equal(done.status, 'completed');
      assert.deepEqual(done.preview_output, { ...image, nodeId: '2', mediaType: 'images' });
      assert.deepEqual(done.outputs, { '2': { images: [image] } });
      assert.equal(execution_status.status_str, 'success');
      assert.ok(execution_end_time >= execution_start_time);
      assert.deepEqual(
        Object.keys(done).sort(),
        [
          ...['create_time', 'execution_end_time', 'execution_start_time', 'execution_status', 'id', 'outputs'],
          ...['outputs_count', 'preview_output', 'previewable_outputs_count', 'priority', 'status', 'workflow'],
        ].sort(),
      );
      assert.deepEqual(Object.keys(done.workflow).sort(), ['extra_data', 'prompt']);
      const unknown = await server().get(`/api/jobs/${randomUUID()}`);
      assert.deepEqual([unknown.status, await unknown.json()], [404, { error: 'Job not found' }]);
    });

    it('a failed job carries its error', async () => {
      const entry = await server().run({
        ...plainGraph(),
        '1': { class_type: 'EmptyImage', inputs: { width: 16384, height: 16384, batch_size: 4096, color: 0 } },
      });
      const job = await server().json(`/api/jobs/${entry.prompt[1]}`);
      assert.equal(job.status, 'failed');
      assert.equal(job.execution_error.node_type, 'EmptyImage');
      assert.equal(job.execution_error.exception_type, 'RuntimeError');
    });

    it('lists by status and page, and refuses a status that does not exist', async () => {
      await server().run(plainGraph());
      const { jobs: listed, pagination } = await server().json('/api/jobs?status=completed&limit=1');
      assert.deepEqual([listed.length, listed[0].status], [1, 'completed']);
      assert.deepEqual([pagination.offset, pagination.limit], [0, 1]);
      assert.equal((await server().json('/api/jobs')).pagination.limit, null);
      const reply = await server().get('/api/jobs?status=zz');
      assert.equal(reply.status, 400);
      const words = 'Invalid status value(s): zz. Valid values: pending, in_progress, completed, failed, cancelled';
      assert.deepEqual(await reply.json(), { error: words });
    });

    it('is not served without /api', async () => {
      assert.equal((await server().get('/jobs')).status, 404);
    });

    it('one prompt with a broken extra_pnginfo poisons the list for everybody', async () => {
      for (const extra_pnginfo of [null, { workflow: null }, { workflow: 'text' }]) {
        const entry = await server().run(plainGraph(), { extra_data: { extra_pnginfo } });
        assert.equal((await jobs()).status, 500);
        await server().post('/history', { delete: [entry.prompt[1]] });
      }
      await server().run(plainGraph(), { extra_data: { extra_pnginfo: { workflow: {} } } });
      assert.equal((await jobs()).status, 200);
    });
  });

  describe('cancelling', () => {
    before(function () {
      if (!server().since('0.26.0')) this.skip();
    });

    it('a job cancelled while it waits is unknown afterwards; one cancelled while it runs is "cancelled"', async () => {
      const [running, waiting] = [await server().submit(endless()), await server().submit(plainGraph(newPrefix()))];
      await server().running(running);
      const cancel = async (id: string) => (await server().post(`/api/jobs/${id}/cancel`)).json();
      assert.deepEqual(await cancel(waiting), { cancelled: true });
      assert.deepEqual(await cancel(running), { cancelled: true });
      await server().stopped(running);
      assert.equal((await server().json(`/api/jobs/${running}`)).status, 'cancelled');
      assert.equal((await server().get(`/api/jobs/${waiting}`)).status, 404);
      assert.deepEqual(await server().json(`/history/${waiting}`), {});
      for (const id of [running, waiting, randomUUID(), 'malformed'])
        assert.deepEqual(await cancel(id), { cancelled: false });
    });

    it('several at once, but none where one id is malformed', async () => {
      const running = await server().submit(endless());
      await server().running(running);
      const waiting = [await server().submit(plainGraph()), await server().submit(plainGraph())];
      const cancel = (job_ids: string[]) => server().post('/api/jobs/cancel', { job_ids });
      assert.equal((await cancel([...waiting, 'malformed'])).status, 400);
      assert.equal((await server().json('/queue')).queue_pending.length, 2);
      assert.deepEqual(await (await cancel(waiting)).json(), { cancelled: true });
      assert.equal((await server().json('/queue')).queue_pending.length, 0);
      assert.deepEqual(await (await cancel([running])).json(), { cancelled: true });
      await server().stopped(running);
      assert.deepEqual(await (await cancel([running])).json(), { cancelled: false });
    });
  });

  it('a server before 0.6 has none: an empty 404, and 405 to a POST', async function () {
    if (server().since('0.6.0')) this.skip();
    const reply = await jobs();
    assert.deepEqual(
      [reply.status, await reply.text(), reply.headers.get('content-type')],
      [404, '', 'application/octet-stream'],
    );
    assert.equal((await server().get(`/api/jobs/${randomUUID()}`)).status, 404);
    const cancelled = await server().post(`/api/jobs/${randomUUID()}/cancel`);
    assert.deepEqual([cancelled.status, await cancelled.text()], [405, '405: Method Not Allowed']);
  });

  it('is a list of nothing while nothing waits or runs', async function () {
    if (!server().since('0.6.0')) this.skip();
    const { jobs: listed } = (await server().json('/api/jobs?status=pending,in_progress')) as Json;
    assert.deepEqual(listed, []);
  });
});
