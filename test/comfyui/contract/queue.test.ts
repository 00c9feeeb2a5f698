import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { until, withoutAssets, type Json } from './client.js';
import { endlessGraph, newPrefix, own, plainGraph } from './graphs.js';
import { describeContract } from './server.js';

describeContract('the queue', (server) => {
  const endless = () => endlessGraph(server().checkpoint);
  const ids = (items: Json[]) => items.map(([, id]) => id as string);
  const timed = (more: Json, create_time: number): Json =>
    // Since 0.3.69 the server adds when it took the prompt.
    server().since('0.3.69') ? { ...more, create_time } : more;

  /** Something runs meanwhile, until the body is done with it. */
  async function whileBusy(body: (running: string) => Promise<void>): Promise<void> {
    const running = await server().submit(endless());
    await server().running(running);
    try {
      await body(running);
    } finally {
      await server().stopped(running);
    }
  }

  it('the answer to a prompt, its queue items and its history entry have their shapes', async () => {
    const id = randomUUID();
    const extra_data = { extra_pnginfo: { workflow: { id: 'wf1' } } };
    const graph = plainGraph(`${own}/shape/a`);
    let number = 0;
    await whileBusy(async (running) => {
      const reply = await server().post('/prompt', { prompt: graph, prompt_id: id, client_id: 'cli-1', extra_data });
      assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
      const body = (await reply.json()) as Json;
      number = body.number as number;
      assert.deepEqual(body, { prompt_id: id, number, node_errors: {} });
      const { queue_running, queue_pending } = await server().json('/queue');
      assert.deepEqual(ids(queue_running), [running]);
      const [item] = queue_pending as Json[];
      assert.deepEqual(item, [
        number,
        id,
        graph,
        timed({ ...extra_data, client_id: 'cli-1' }, item[3].create_time),
        ['2'],
      ]);
      assert.deepEqual(await server().json('/prompt'), { exec_info: { queue_remaining: 2 } });
    });
    const entry = await server().finished(id);
    const { create_time } = entry.prompt[3];
    assert.deepEqual(entry.prompt, [
      number,
      id,
      graph,
      timed({ ...extra_data, client_id: 'cli-1' }, create_time),
      ['2'],
    ]);
    assert.equal(entry.status.status_str, 'success');
    assert.deepEqual(withoutAssets(entry.outputs), {
      '2': { images: [{ filename: 'a_00001_.png', subfolder: `${own}/shape`, type: 'output' }] },
    });
    assert.deepEqual(entry.meta, { '2': { node_id: '2', display_node: '2', parent_node: null, real_node_id: '2' } });
    const messages = entry.status.messages as [string, Json][];
    assert.deepEqual(
      messages.map(([event, { timestamp, ...data }]) => [event, data, typeof timestamp]),
      [
        ['execution_start', { prompt_id: id }, 'number'],
        ['execution_cached', { nodes: [], prompt_id: id }, 'number'],
        ['execution_success', { prompt_id: id }, 'number'],
      ],
    );
    assert.deepEqual([entry.status.status_str, entry.status.completed], ['success', true]);
    assert.deepEqual(await server().json('/queue'), { queue_running: [], queue_pending: [] });
    assert.deepEqual(await server().json('/prompt'), { exec_info: { queue_remaining: 0 } });
  });

  it('a server makes the id where none is given, and hides api keys', async () => {
    const extra_data = { api_key_comfy_org: 'secret' };
    const id = await server().submit(plainGraph(), { prompt_id: undefined, extra_data });
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    assert.ok(!JSON.stringify(await server().finished(id)).includes('secret') || !server().since('0.25.0'));
  });

  it('the history of a prompt that waits, runs or is unknown is {}', async () => {
    await whileBusy(async (running) => {
      const waiting = await server().submit(plainGraph());
      for (const id of [running, waiting, randomUUID()]) assert.deepEqual(await server().json(`/history/${id}`), {});
    });
  });

  it('one prompt id posted three times waits three times', async () => {
    await whileBusy(async () => {
      const prompt_id = randomUUID();
      for (let i = 0; i < 3; i++) await server().submit(plainGraph(), { prompt_id });
      const { queue_pending } = await server().json('/queue');
      assert.deepEqual(ids(queue_pending), [prompt_id, prompt_id, prompt_id]);
    });
    await server().idle();
  });

  it('the same number and the same id twice: a 500, and yet both are queued', async () => {
    await whileBusy(async () => {
      const twin = { prompt_id: randomUUID(), number: 1_000_000 };
      const statuses = [];
      for (let i = 0; i < 2; i++) statuses.push(await server().post('/prompt', { ...twin, prompt: plainGraph() }));
      assert.deepEqual(
        statuses.map(({ status }) => status),
        [200, 500],
      );
      assert.deepEqual(ids((await server().json('/queue')).queue_pending), [twin.prompt_id, twin.prompt_id]);
      const reply = await server().post('/queue', { clear: true });
      assert.deepEqual([reply.status, await reply.text(), reply.headers.get('content-type')], [200, '', null]);
      assert.deepEqual((await server().json('/queue')).queue_pending, []);
    });
  });

  it('"front" overtakes what waits', async () => {
    await whileBusy(async () => {
      const [later, sooner] = [
        await server().submit(plainGraph()),
        await server().submit(plainGraph(), { front: true }),
      ];
      const { queue_pending } = await server().json('/queue');
      const order = [...(queue_pending as Json[])].sort(([a], [b]) => a - b);
      assert.deepEqual(ids(order), [sooner, later]);
    });
  });

  it('a prompt deleted from the queue leaves no trace; deleting the running one does nothing', async () => {
    let deleted = '';
    await whileBusy(async (running) => {
      deleted = await server().submit(plainGraph());
      const reply = await server().post('/queue', { delete: [running, deleted, 'nope'] });
      assert.deepEqual([reply.status, await reply.text(), reply.headers.get('content-type')], [200, '', null]);
      const { queue_running, queue_pending } = await server().json('/queue');
      assert.deepEqual([ids(queue_running), ids(queue_pending)], [[running], []]);
    });
    assert.deepEqual(await server().json(`/history/${deleted}`), {});
  });

  it('a missing body is a 500 on /queue, /free and /history, and none on /interrupt', async () => {
    const statuses = [];
    for (const route of ['/queue', '/free', '/history', '/interrupt'])
      statuses.push((await server().post(route)).status);
    assert.deepEqual(statuses, [500, 500, 500, 200]);
  });

  it('an interrupt while nothing runs does not hit the next prompt', async () => {
    await server().interrupt();
    assert.equal((await server().run(plainGraph())).status.status_str, 'success');
  });

  it('looking into the queue first and then into the history never misses a prompt', async () => {
    const waiting: string[] = [];
    for (let i = 0; i < 30; i++) waiting.push(await server().submit(plainGraph()));
    const last = waiting.at(-1) as string;
    let looks = 0;
    await until(async () => {
      const { queue_running, queue_pending } = await server().json('/queue');
      const queued = new Set(ids([...queue_running, ...queue_pending]));
      for (const id of waiting.filter((one) => !queued.has(one)).slice(-3)) {
        looks++;
        assert.ok((await server().json(`/history/${id}`))[id], `${id} is in neither`);
      }
      return !queued.has(last);
    });
    assert.ok(looks > 0);
  });

  it('history pages: max_items gives the newest, offset counts from the oldest', async () => {
    const cleared = await server().post('/history', { clear: true });
    assert.deepEqual([cleared.status, await cleared.text()], [200, '']);
    const known: string[] = [];
    for (let i = 0; i < 4; i++) known.push(await server().submit(plainGraph(newPrefix())));
    await server().finished(known[3]);
    const page = async (query: string) => Object.keys(await server().json(`/history?${query}`));
    assert.deepEqual(await page('max_items=2'), known.slice(2));
    assert.deepEqual(await page('max_items=2&offset=0'), known.slice(0, 2));
    assert.deepEqual(await page('offset=3'), known.slice(3));
    assert.deepEqual(await page('max_items=0'), []);
    assert.deepEqual(await page('max_items=-1'), []);
    await server().post('/history', { delete: [known[0]] });
    assert.deepEqual(await page(''), known.slice(1));
  });
});
