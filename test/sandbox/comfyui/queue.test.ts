import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { plainGraph, samplerGraph, until, useServer, type Json } from './fixture.js';

describe('sandbox ComfyUI: queue, history, cache', () => {
  const server = useServer({ fixedRenderMs: 30 });
  const long = () => samplerGraph({ seed: Math.floor(Math.random() * 2 ** 40) });
  const cachedNodes = (entry: Json) =>
    entry.status.messages.find(([event]: [string]) => event === 'execution_cached')[1].nodes;

  it('the answer to a prompt, its queue items and its history entry have their shapes', async () => {
    const id = randomUUID();
    const extra_data = { extra_pnginfo: { workflow: { id: 'wf1' } } };
    const graph = plainGraph('shape/a');
    const reply = await server().post('/prompt', { prompt: graph, prompt_id: id, client_id: 'cli-1', extra_data });
    const body = (await reply.json()) as Json;
    assert.deepEqual(body, { prompt_id: id, number: body.number, node_errors: {} });
    const entry = await server().finished(id);
    const { create_time } = entry.prompt[3];
    assert.equal(typeof create_time, 'number');
    assert.deepEqual(entry.prompt, [body.number, id, graph, { ...extra_data, client_id: 'cli-1', create_time }, ['2']]);
    assert.deepEqual(entry.outputs, {
      '2': { images: [{ filename: 'a_00001_.png', subfolder: 'shape', type: 'output' }] },
    });
    assert.deepEqual(entry.meta, { '2': { node_id: '2', display_node: '2', parent_node: null, real_node_id: '2' } });
    const events = entry.status.messages.map(([event]: [string]) => event);
    assert.deepEqual(events, ['execution_start', 'execution_cached', 'execution_success']);
    assert.deepEqual([entry.status.status_str, entry.status.completed], ['success', true]);
    assert.deepEqual(await server().json('/queue'), { queue_running: [], queue_pending: [] });
    assert.deepEqual(await server().json('/prompt'), { exec_info: { queue_remaining: 0 } });
  });

  it('the history of a prompt that waits, runs or is unknown is {}', async () => {
    const [first, second] = [await server().submit(long()), await server().submit(long())];
    await server().running(first);
    for (const id of [first, second, randomUUID()]) assert.deepEqual(await server().json(`/history/${id}`), {});
    await server().finished(second);
  });

  it('one prompt id posted three times runs three times', async () => {
    const prompt_id = randomUUID();
    for (let i = 0; i < 3; i++) await server().submit(long(), { prompt_id });
    const { queue_running, queue_pending } = await server().json('/queue');
    assert.equal(queue_running.length + queue_pending.length, 3);
    await until(async () => (await server().json('/prompt')).exec_info.queue_remaining === 0);
  });

  it('the same number and the same id twice: a 500, and yet both are queued', async () => {
    await server().submit(long());
    const twin = { prompt: long(), prompt_id: randomUUID(), number: 1000 };
    const statuses = [await server().post('/prompt', twin), await server().post('/prompt', twin)];
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 500],
    );
    const { queue_pending } = await server().json('/queue');
    assert.equal(queue_pending.filter(([, id]: [number, string]) => id === twin.prompt_id).length, 2);
    await server().post('/queue', { clear: true });
  });

  it('"front" overtakes what waits', async () => {
    await server().running(await server().submit(long()));
    const [later, sooner] = [await server().submit(long()), await server().submit(long(), { front: true })];
    const waiting = (await server().json('/queue')).queue_pending.map(([, id]: [number, string]) => id);
    assert.deepEqual(waiting, [sooner, later]);
    await server().finished(later);
  });

  it('a prompt deleted from the queue leaves no trace; deleting the running one does nothing', async () => {
    const [first, second] = [await server().submit(long()), await server().submit(long())];
    await server().running(first);
    const reply = await server().post('/queue', { delete: [first, second, 'nope'] });
    assert.deepEqual([reply.status, await reply.text(), reply.headers.get('content-type')], [200, '', null]);
    await server().finished(first);
    assert.deepEqual(await server().json(`/history/${second}`), {});
    assert.equal((await server().get(`/api/jobs/${second}`)).status, 404);
  });

  it('a missing body is a 500 on /queue, /free and /history, and none on /interrupt', async () => {
    const statuses = [];
    for (const route of ['/queue', '/free', '/history', '/interrupt'])
      statuses.push((await server().post(route)).status);
    assert.deepEqual(statuses, [500, 500, 500, 200]);
  });

  it('an interrupt while nothing runs does not hit the next prompt', async () => {
    await server().post('/interrupt');
    assert.equal((await server().run(long())).status.status_str, 'success');
  });

  it('the same graph again is cached: same file, all nodes named, nothing run', async () => {
    const graph = plainGraph();
    const [first, second] = [await server().run(graph), await server().run(graph)];
    assert.deepEqual(second.outputs, first.outputs);
    assert.deepEqual(cachedNodes(second), ['1', '2']);
  });

  it('node ids do not matter to the cache, and unchanged parents are reused', async () => {
    const graph = samplerGraph({ seed: 99 });
    await server().run(graph);
    const entry = await server().run({
      ...graph,
      '7': { ...graph['7'], inputs: { images: ['6', 0], filename_prefix: 't/q' } },
    });
    assert.deepEqual(cachedNodes(entry), ['1', '2', '3', '4', '5', '6']);
  });

  it('A, B, A runs A again: only the previous prompt stays cached', async () => {
    const [a, b] = [plainGraph(), plainGraph('t/b', 0x112233)];
    const first = await server().run(a);
    await server().run(b);
    const again = await server().run(a);
    assert.deepEqual(cachedNodes(again), []);
    assert.equal(
      first.outputs['2'].images[0].filename.replace('00001', '00002'),
      again.outputs['2'].images[0].filename,
    );
  });

  it('/free makes the same graph run again into a new file', async () => {
    const graph = plainGraph('free/x');
    await server().run(graph);
    await server().post('/free', { free_memory: true });
    const entry = await server().run(graph);
    assert.deepEqual([cachedNodes(entry), entry.outputs['2'].images[0].filename], [[], 'x_00002_.png']);
  });

  it('a file deleted behind the cache: history says success and names it, /view says 404', async () => {
    const graph = plainGraph('gone/x');
    await server().run(graph);
    await unlink(path.join(server().base, 'output/gone/x_00001_.png'));
    const entry = await server().run(graph);
    assert.equal(entry.status.status_str, 'success');
    assert.equal((await server().get('/view?filename=x_00001_.png&subfolder=gone')).status, 404);
  });

  it('a node that fails at run time leaves the other outputs in the history of a failed prompt', async () => {
    const graph = {
      ...plainGraph('partial/ok'),
      big: { class_type: 'EmptyImage', inputs: { width: 16384, height: 16384, batch_size: 4096, color: 0 } },
      out: { class_type: 'SaveImage', inputs: { images: ['big', 0], filename_prefix: 'partial/no' } },
    };
    const entry = await server().run(graph);
    const [event, data] = entry.status.messages.at(-1);
    assert.equal(event, 'execution_error');
    assert.deepEqual([data.node_id, data.exception_type], ['big', 'RuntimeError']);
    assert.match(
      data.exception_message,
      /DefaultCPUAllocator: can't allocate memory: you tried to allocate 4398046511104 bytes/,
    );
    assert.equal(entry.status.status_str, 'error');
    assert.ok(Object.keys(entry.outputs).every((id) => id === '2'));
  });

  it('history pages: max_items gives the newest, offset counts from the oldest', async () => {
    await server().post('/history', { clear: true });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(await server().submit(plainGraph()));
    await server().finished(ids[3]);
    const page = async (query: string) => Object.keys(await server().json(`/history?${query}`));
    assert.deepEqual(await page('max_items=2'), ids.slice(2));
    assert.deepEqual(await page('max_items=2&offset=0'), ids.slice(0, 2));
    assert.deepEqual(await page('offset=3'), ids.slice(3));
    assert.deepEqual(await page('max_items=0'), []);
    assert.deepEqual(await page('max_items=-1'), []);
    await server().post('/history', { delete: [ids[0]] });
    assert.deepEqual(await page(''), ids.slice(1));
  });
});
