import assert from 'node:assert/strict';
import { once } from 'node:events';
import { defaultTimeouts } from '../../src/comfyui/bounds.js';
import { Connection } from '../../src/comfyui/connection.js';
import { silent } from '../../src/comfyui/options.js';
import { Socket, type Listener } from '../../src/comfyui/socket.js';
import { WebSocketServer } from 'ws';
import { Wake } from '../../src/comfyui/wake.js';
import { newJob, startRig, type Rig } from './rig.js';

describe('comfyui websocket', function () {
  this.timeout(10_000);
  let rig: Rig;
  before(async () => (rig = await startRig(300)));
  after(() => rig.close());

  it('tells of the end and of each step, so that an image does not wait for the next poll', async () => {
    const connection = new Connection(rig.serverUrl, {}, defaultTimeouts, silent);
    const socket = new Socket(connection);
    const release = socket.hold();
    try {
      const { promptId, graph } = newJob();
      const wake = new Wake();
      const steps: number[] = [];
      const sign: Listener['sign'] = (progress) => void (progress && steps.push(progress.value));
      socket.listen(promptId, { postedAs: null, wake: wake.notify, sign });
      const json = { prompt: graph, prompt_id: promptId, client_id: await socket.clientId() };
      await connection.call('POST', '/prompt', { json });
      // Looks only when it is told to: a deaf one waits here for ever.
      while ((await rig.client.find(promptId)).kind !== 'done') assert.ok(await wake.wait(60_000));
      assert.deepEqual(steps, [1, 2, 3, 4]);
    } finally {
      release();
      socket.close();
      await connection.close();
    }
  });

  it('does not unfold messages without end, and hears what comes after them', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const progress = (value: number, more = '{}') =>
      `{"type": "progress", "data": {"prompt_id": "ours", "value": ${value}, "max": 9, "more": ${more}}}`;
    server.on('connection', (peer) => {
      peer.send(progress(1, '['.repeat(1e5) + ']'.repeat(1e5)));
      peer.send(progress(2, `"${'x'.repeat(1e6)}"`));
      peer.send('{"type":');
      peer.send(progress(3));
    });
    const connection = new Connection(`http://127.0.0.1:${port}`, {}, defaultTimeouts, silent);
    const socket = new Socket(connection);
    try {
      const heard: number[] = [];
      await new Promise<void>((resolve) => {
        const sign: Listener['sign'] = (step) => {
          heard.push(step!.value);
          if (step!.value === 3) resolve();
        };
        socket.listen('ours', { postedAs: null, wake: () => {}, sign });
        socket.hold();
      });
      assert.deepEqual(heard, [3]);
    } finally {
      socket.close();
      server.close();
      await connection.close();
    }
  });
});
