import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until, type Client } from './client.js';
import { endlessGraph, own, plainGraph } from './graphs.js';
import { freePort, OwnedServer, temporaryFolder, versions } from './server.js';

for (const version of versions)
  describe(`ComfyUI contract: killed, crashed and started again (${version ?? 'yours'})`, function () {
    // A real one starts in 10 to 40 seconds.
    if (!version) this.timeout(300_000);
    let base: string;
    let port: number;
    let running: OwnedServer | null = null;

    before(async function () {
      if (!OwnedServer.possible) this.skip();
      [base, port] = [await temporaryFolder(), await freePort()];
    });
    afterEach(() => running?.ended('SIGKILL'));
    after(() => base && rm(base, { recursive: true, force: true }));

    const start = async (): Promise<OwnedServer> => (running = await OwnedServer.start(base, port, version));
    const isUnknown = async (client: Client, id: string): Promise<void> => {
      assert.deepEqual(await client.json(`/history/${id}`), {});
      if (client.since('0.6.0')) assert.equal((await client.get(`/api/jobs/${id}`)).status, 404);
    };

    it('kill -9 with work running and waiting: queue and history are gone, files stay, numbers begin again', async () => {
      const first = await start();
      const { client } = first;
      const [done, busy, waiting] = [randomUUID(), randomUUID(), randomUUID()];
      const finished = plainGraph(`${own}/restart/fin`);
      await client.submit(finished, { prompt_id: done });
      await client.finished(done);
      await client.submit(endlessGraph(client.checkpoint), { prompt_id: busy });
      await client.submit(plainGraph(`${own}/restart/never`), { prompt_id: waiting });
      await client.running(busy);
      await writeFile(path.join(base, 'temp/leftover.png'), '');
      await first.ended('SIGKILL');

      const { client: again } = await start();
      assert.deepEqual(await again.json('/queue'), { queue_running: [], queue_pending: [] });
      assert.deepEqual(await again.json('/history'), {});
      for (const id of [done, busy, waiting]) await isUnknown(again, id);
      assert.ok(!(await readdir(path.join(base, 'temp')).catch((): string[] => [])).includes('leftover.png'));
      assert.deepEqual(await readdir(path.join(base, 'output', own, 'restart')), ['fin_00001_.png']);
      const reply = await again.post('/prompt', { prompt: finished, prompt_id: done });
      assert.equal(((await reply.json()) as { number: number }).number, 0);
      assert.equal((await again.finished(done)).outputs['2'].images[0].filename, 'fin_00002_.png');
    });

    it('SIGTERM ends it in mid-render', async () => {
      const server = await start();
      const { client } = server;
      await client.running(await client.submit(endlessGraph(client.checkpoint)));
      await server.ended('SIGTERM');
    });

    it('a client id that is no text ends the whole process', async () => {
      const server = await start();
      await server.client.post('/prompt', { prompt: plainGraph(), client_id: ['a'] }).catch(() => null);
      await server.ended();
    });

    it('extra_data null kills the worker of 0.3.64: it says yes to all, and runs nothing', async function () {
      const { client } = await start();
      if (client.since('0.25.0')) this.skip();
      const ids = [];
      for (const more of [{ extra_data: null }, {}, {}]) ids.push(await client.submit(plainGraph(), more));
      const { queue_running, queue_pending } = await until(async () => {
        const queue = await client.json('/queue');
        return queue.queue_running.length === 1 && queue;
      });
      assert.equal(queue_running[0][1], ids[0]);
      assert.equal(queue_pending.length, 2);
      assert.equal((await client.get('/system_stats')).status, 200);
      assert.deepEqual(await client.json('/history'), {});
    });
  });
