import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { once } from 'node:events';
import { plainGraph, samplerGraph, useServer, type Json } from './fixture.js';

describe('sandbox ComfyUI: the websocket', () => {
  const server = useServer({ fixedRenderMs: 60 });
  const long = () => samplerGraph({ seed: Math.floor(Math.random() * 2 ** 40) });
  const withoutProgress = (messages: Json[]) =>
    messages.filter(({ type }) => type !== 'progress' && type !== 'progress_state');

  it('tells a prompt in order, and executing{node:null} only when the history can be read', async () => {
    const socket = await server().socket('order');
    const id = await server().submit(plainGraph('ws/a'), { client_id: 'order' });
    const messages = await socket.over(id);
    assert.ok((await server().json(`/history/${id}`))[id]);
    assert.deepEqual(
      messages.map(({ type, data }) => (type === 'executing' ? `executing ${data.node}` : type)),
      [
        'status',
        'status',
        'status',
        'execution_start',
        'execution_cached',
        ...['progress_state', 'executing 1', 'progress_state'],
        ...['progress_state', 'executing 2', 'executed', 'progress_state'],
        'execution_success',
        'status',
        'executing null',
      ],
    );
    const remaining = messages
      .filter(({ type }) => type === 'status')
      .map(({ data }) => data.status.exec_info.queue_remaining);
    assert.deepEqual(remaining, [0, 1, 1, 0]);
    const { data } = messages.find(({ type }) => type === 'executed') as Json;
    const images = [{ filename: 'a_00001_.png', subfolder: 'ws', type: 'output' }];
    assert.deepEqual(data, { node: '2', display_node: '2', output: { images }, prompt_id: id });
    await socket.close();
  });

  it('a cached prompt still tells its output, and the progress of the output node alone', async () => {
    const socket = await server().socket('cached');
    const graph = plainGraph();
    await server().run(graph, { client_id: 'cached' });
    socket.messages.length = 0;
    const messages = await socket.over(await server().submit(graph, { client_id: 'cached' }));
    assert.deepEqual(
      messages.map(({ type }) => type),
      [
        'status',
        'status',
        'execution_start',
        'execution_cached',
        'executed',
        'progress_state',
        'execution_success',
        'status',
        'executing',
      ],
    );
    const progress = messages.find(({ type }) => type === 'progress_state') as Json;
    assert.deepEqual(Object.keys(progress.data.nodes), ['2']);
    await socket.close();
  });

  it('sampler steps come as progress, up to the last', async () => {
    const socket = await server().socket('steps');
    const id = await server().submit(samplerGraph({ seed: 5, steps: 20 }), { client_id: 'steps' });
    const steps = (await socket.over(id)).filter(({ type }) => type === 'progress').map(({ data }) => data);
    assert.deepEqual(steps.at(-1), { value: 20, max: 20, prompt_id: id, node: '5' });
    assert.ok(steps.length >= 2 && steps.every(({ value }, i) => i === 0 || value > steps[i - 1].value));
    await socket.close();
  });

  it('a failed prompt ends with execution_error, status, executing{node:null}', async () => {
    const socket = await server().socket('fails');
    const graph = plainGraph('../../evil');
    const messages = await socket.over(await server().submit(graph, { client_id: 'fails' }));
    assert.deepEqual(
      messages.slice(-3).map(({ type }) => type),
      ['execution_error', 'status', 'executing'],
    );
    await socket.close();
  });

  it("another client's prompt is only told as status; one without a client as progress_state to all", async () => {
    const socket = await server().socket('bystander');
    await server().run(plainGraph(), { client_id: 'somebody' });
    assert.deepEqual([...new Set(socket.messages.map(({ type }) => type))], ['status']);
    await server().run(plainGraph());
    await socket.message(({ type }) => type === 'progress_state');
    assert.deepEqual(new Set(withoutProgress(socket.messages).map(({ type }) => type)), new Set(['status']));
    await socket.close();
  });

  it('one client id on two sockets: the newer hears all until the older closes, then nobody does', async () => {
    const clientId = randomUUID();
    const older = await server().socket(clientId);
    const newer = await server().socket(clientId);
    await server().run(plainGraph(), { client_id: clientId });
    await newer.message(({ type }) => type === 'execution_success');
    assert.ok(!older.messages.some(({ type }) => type === 'execution_success'));
    await older.close();
    newer.messages.length = 0;
    const probe = await server().socket('probe');
    await probe.over(await server().submit(long(), { client_id: 'probe' }));
    assert.deepEqual(newer.messages, []);
    await newer.close();
    const fresh = await server().socket(clientId);
    const id = await server().submit(plainGraph(), { client_id: clientId });
    await fresh.over(id);
    await fresh.close();
    await probe.close();
  });

  it('feature_flags as the first message are answered with those of the server', async () => {
    const socket = await server().socket('flags');
    socket.socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
    const { data } = await socket.message(({ type }) => type === 'feature_flags');
    assert.deepEqual(data, await server().json('/features'));
    await socket.close();
  });

  it('a client id in a query that makes no sense, or a foreign origin, does not harm the server', async () => {
    const socket = new WebSocket(`${server().url.replace('http', 'ws')}/ws?clientId=%E0%A4%A`, {
      origin: 'http://evil.example',
    });
    await once(socket, 'error');
    assert.equal((await server().get('/system_stats')).status, 200);
  });
});
