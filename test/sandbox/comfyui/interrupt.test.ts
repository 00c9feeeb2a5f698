import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { plainGraph, samplerGraph, useServer, type Listener } from './fixture.js';

/** Ten seconds of sampling, if nobody stops it. */
const endless = (seed: number) => samplerGraph({ seed, steps: 10_000 });

describe('sandbox ComfyUI: a long render', () => {
  const server = useServer();
  const sampling = (socket: Listener) => socket.message(({ type, data }) => type === 'progress' && data.node === '5');

  it('is ended by an interrupt at a sampler step, as an error without outputs', async () => {
    const socket = await server().socket('one');
    const id = await server().submit(endless(1), { client_id: 'one' });
    await sampling(socket);
    await server().post('/interrupt', { prompt_id: randomUUID() });
    assert.equal((await server().json(`/api/jobs/${id}`)).status, 'in_progress');
    const reply = await server().post('/api/interrupt', { prompt_id: id });
    assert.deepEqual([reply.status, await reply.text(), reply.headers.get('content-type')], [200, '', null]);
    const { status, outputs } = await server().finished(id);
    const [event, data] = status.messages.at(-1);
    assert.equal(event, 'execution_interrupted');
    assert.deepEqual([data.node_id, data.node_type], ['5', 'KSampler']);
    assert.deepEqual([...data.executed].sort(), ['1', '2', '3', '4']);
    assert.deepEqual([status.status_str, status.completed, outputs], ['error', false, {}]);
    await socket.close();
  });

  it('does not keep queue, history and websocket from answering', async () => {
    const socket = await server().socket('two');
    const [running, waiting] = [
      await server().submit(endless(2), { client_id: 'two' }),
      await server().submit(plainGraph()),
    ];
    await sampling(socket);
    const { queue_running, queue_pending } = await server().json('/queue');
    assert.deepEqual([queue_running[0][1], queue_pending[0][1]], [running, waiting]);
    await server().post('/interrupt');
    assert.equal((await server().finished(waiting)).status.status_str, 'success');
    await socket.close();
  });

  it('tells a client that connects late the node that runs, without its prompt', async () => {
    const early = await server().socket('late');
    const id = await server().submit(endless(3), { client_id: 'late' });
    await sampling(early);
    await early.close();
    const socket = await server().socket('late');
    const { data } = await socket.message(({ type }) => type === 'executing');
    assert.deepEqual([socket.messages[0].data.sid, data], ['late', { node: '5' }]);
    await sampling(socket);
    await server().post(`/api/jobs/${id}/cancel`);
    assert.equal((await socket.over(id)).at(-3).type, 'execution_interrupted');
    await socket.close();
  });

  it('given up many times does not harm the next one', async () => {
    for (let seed = 10; seed < 16; seed++) {
      const id = await server().submit(endless(seed));
      await server().running(id);
      await server().post('/interrupt');
      await server().finished(id);
    }
    assert.equal((await server().run(samplerGraph({ seed: 20 }))).status.status_str, 'success');
  });
});
