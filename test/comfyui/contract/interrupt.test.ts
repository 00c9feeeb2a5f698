import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Listener } from './client.js';
import { endlessGraph, newSeed, plainGraph, samplerGraph } from './graphs.js';
import { describeContract } from './server.js';

describeContract('a long render', (server) => {
  const endless = () => endlessGraph(server().checkpoint);
  const sampling = (socket: Listener) => socket.message(({ type, data }) => type === 'progress' && data.node === '5');
  const isRunning = async (id: string) => (await server().json('/queue')).queue_running[0]?.[1] === id;

  it('is ended by an interrupt at a sampler step, as an error without outputs', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const id = await server().submit(endless(), { client_id });
    await sampling(socket);
    const waiting = await server().submit(plainGraph());
    for (const other of [randomUUID(), waiting]) await server().interrupt(other);
    assert.ok(await isRunning(id));
    const reply = await server().post('/api/interrupt', { prompt_id: id });
    assert.deepEqual([reply.status, await reply.text(), reply.headers.get('content-type')], [200, '', null]);
    const { status, outputs } = await server().finished(id);
    const [event, data] = status.messages.at(-1);
    assert.equal(event, 'execution_interrupted');
    assert.deepEqual([data.node_id, data.node_type], ['5', 'KSampler']);
    assert.ok(data.executed.every((node: string) => ['1', '2', '3', '4'].includes(node)));
    assert.deepEqual(Object.keys(data).sort(), ['executed', 'node_id', 'node_type', 'prompt_id', 'timestamp']);
    assert.deepEqual([status.status_str, status.completed, outputs], ['error', false, {}]);
    assert.equal((await server().finished(waiting)).status.status_str, 'success');
    await socket.close();
  });

  it('does not keep queue, history and websocket from answering', async () => {
    const client_id = randomUUID();
    const socket = await server().socket(client_id);
    const [running, waiting] = [await server().submit(endless(), { client_id }), await server().submit(plainGraph())];
    await sampling(socket);
    const { queue_running, queue_pending } = await server().json('/queue');
    assert.deepEqual([queue_running[0][1], queue_pending[0][1]], [running, waiting]);
    await server().interrupt();
    assert.equal((await server().finished(waiting)).status.status_str, 'success');
    await socket.close();
  });

  it('tells a client that connects late the node that runs, without its prompt', async () => {
    const client_id = randomUUID();
    const early = await server().socket(client_id);
    const id = await server().submit(endless(), { client_id });
    await sampling(early);
    await early.close();
    const socket = await server().socket(client_id);
    const { data } = await socket.message(({ type }) => type === 'executing');
    assert.deepEqual([socket.messages[0].data.sid, data], [client_id, { node: '5' }]);
    await sampling(socket);
    await server().interrupt(id);
    assert.equal((await socket.over(id)).at(-3).type, 'execution_interrupted');
    await socket.close();
  });

  it('given up many times does not harm the next one', async () => {
    for (let i = 0; i < 6; i++) {
      const id = await server().submit(endless());
      await server().running(id);
      await server().stopped(id);
    }
    const entry = await server().run(samplerGraph(server().checkpoint, { seed: newSeed() }));
    assert.equal(entry.status.status_str, 'success');
  });
});
