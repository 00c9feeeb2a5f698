import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { withoutAssets, type Json } from './client.js';
import { endlessGraph, newSeed, own, plainGraph, samplerGraph } from './graphs.js';
import { describeContract } from './server.js';

describeContract('the websocket', (server) => {
  const words = (messages: Json[]) =>
    messages.map(({ type, data }) => (type === 'executing' ? `executing ${data.node}` : type) as string);
  /** How often the queue's length is told is not part of the order. */
  const withoutStatus = (messages: Json[]) => words(messages).filter((word) => word !== 'status');

  it('tells a prompt in order, and executing{node:null} only when the history can be read', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const id = await server().submit(plainGraph(`${own}/ws/a`), { client_id });
    const messages = await socket.over(id);
    assert.ok((await server().json(`/history/${id}`))[id]);
    assert.deepEqual(words(messages), [
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
    ]);
    const remaining = messages
      .filter(({ type }) => type === 'status')
      .map(({ data }) => data.status.exec_info.queue_remaining);
    assert.deepEqual(remaining, [0, 1, 1, 0]);
    assert.deepEqual(messages[0].data, { status: { exec_info: { queue_remaining: 0 } }, sid: client_id });
    const dataOf = (type: string, at = 0): Json => messages.filter((message) => message.type === type).at(at).data;
    const images = [{ filename: 'a_00001_.png', subfolder: `${own}/ws`, type: 'output' }];
    assert.deepEqual(withoutAssets(dataOf('executed')), {
      node: '2',
      display_node: '2',
      output: { images },
      prompt_id: id,
    });
    assert.deepEqual(dataOf('executing'), { node: '1', display_node: '1', prompt_id: id });
    assert.deepEqual(dataOf('executing', -1), { node: null, prompt_id: id });
    for (const type of ['execution_start', 'execution_success'])
      assert.deepEqual(Object.keys(dataOf(type)).sort(), ['prompt_id', 'timestamp']);
    const node = {
      ...{ value: 1, max: 1, state: 'finished', node_id: '1', prompt_id: id },
      ...{ display_node_id: '1', parent_node_id: null, real_node_id: '1' },
    };
    assert.deepEqual(dataOf('progress_state', 1), { prompt_id: id, nodes: { '1': node } });
    await socket.close();
  });

  it('a cached prompt still tells its output, and the progress of the output node alone', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const graph = plainGraph();
    await socket.over(await server().submit(graph, { client_id }));
    socket.messages.length = 0;
    const messages = await socket.over(await server().submit(graph, { client_id }));
    assert.deepEqual(withoutStatus(messages), [
      'execution_start',
      'execution_cached',
      'executed',
      'progress_state',
      'execution_success',
      'executing null',
    ]);
    const progress = messages.find(({ type }) => type === 'progress_state') as Json;
    assert.deepEqual(Object.keys(progress.data.nodes), ['2']);
    await socket.close();
  });

  it('sampler steps come as progress, up to the last', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const graph = samplerGraph(server().checkpoint, { seed: newSeed(), steps: 20 });
    const id = await server().submit(graph, { client_id });
    const steps = (await socket.over(id)).filter(({ type, data }) => type === 'progress' && data.node === '5');
    assert.deepEqual(steps.at(-1).data, { value: 20, max: 20, prompt_id: id, node: '5' });
    assert.ok(steps.length >= 2 && steps.every(({ data }, i) => i === 0 || data.value > steps[i - 1].data.value));
    await socket.close();
  });

  it('a failed prompt ends with execution_error, status, executing{node:null}', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const messages = await socket.over(await server().submit(plainGraph('../../evil'), { client_id }));
    assert.deepEqual(words(messages).slice(-3), ['execution_error', 'status', 'executing null']);
    await socket.close();
  });

  it("another client's prompt is only told as status; one without a client as progress_state to all", async () => {
    const socket = await server().socket(randomUUID());
    await server().run(plainGraph(), { client_id: randomUUID() });
    assert.deepEqual([...new Set(words(socket.messages))], ['status']);
    await server().run(plainGraph());
    await socket.message(({ type }) => type === 'progress_state');
    assert.deepEqual(new Set(words(socket.messages)), new Set(['status', 'progress_state']));
    await socket.close();
  });

  it('one client id on two sockets: the newer hears all until the older closes, then nobody does', async () => {
    const clientId = randomUUID();
    const older = await server().socket(clientId);
    const newer = await server().socket(clientId);
    const id = await server().submit(plainGraph(), { client_id: clientId });
    await newer.over(id);
    assert.ok(!older.messages.some(({ type }) => type === 'execution_success'));
    await older.close();
    newer.messages.length = 0;
    const probe = await server().socket(randomUUID());
    // The server drops the name of a closed socket when its own task ends, soon after: until then messages still come.
    const silent = async (): Promise<boolean> => {
      newer.messages.length = 0;
      const other = await server().submit(plainGraph(), { client_id: clientId });
      await server().finished(other);
      return newer.messages.length === 0;
    };
    for (let i = 0; !(await silent()); i++) assert.ok(i < 100, 'the newer socket still hears');
    await newer.close();
    const fresh = await server().socket(clientId);
    await fresh.over(await server().submit(plainGraph(), { client_id: clientId }));
    await fresh.close();
    await probe.close();
  });

  it('without a client id the server gives one', async () => {
    const socket = await server().socket('');
    assert.match(socket.messages[0].data.sid, /^[0-9a-f]{32}$/);
    await socket.close();
  });

  it('feature_flags as the first message are answered with those of the server', async () => {
    const socket = await server().socket(randomUUID());
    socket.socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
    const { data } = await socket.message(({ type }) => type === 'feature_flags');
    assert.deepEqual(data, await server().json('/features'));
    await socket.close();
  });

  it('goes on while a render runs, and hears of its interrupt', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const id = await server().submit(endlessGraph(server().checkpoint), { client_id });
    await socket.message(({ type, data }) => type === 'progress' && data.prompt_id === id);
    await server().stopped(id);
    const messages = await socket.over(id);
    assert.deepEqual(words(messages).slice(-3), ['execution_interrupted', 'status', 'executing null']);
    await socket.close();
  });

  it('a client id that makes no sense, or a foreign origin, does not harm the server', async () => {
    const socket = new WebSocket(`${server().url.replace('http', 'ws')}/ws?clientId=%E0%A4%A`, {
      origin: 'http://evil.example',
    });
    await once(socket, 'error');
    assert.equal((await server().get('/system_stats')).status, 200);
  });
});
