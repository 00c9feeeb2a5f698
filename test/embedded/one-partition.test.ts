import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { embeddedHome, findTemporal } from '../../src/embedded/index.js';
import { startServer } from '../../src/embedded/temporal-server.js';
import { temporaryFolder } from '../support/folder.js';

it('a queue of one renderer is shared out in parts: later checkpoints come first, or wait beside an idle renderer', async function () {
  this.timeout(60_000);
  const home = embeddedHome(await temporaryFolder());
  await mkdir(home.logs, { recursive: true });
  const { path: program } = await findTemporal(() => undefined);
  const server = await startServer({
    home,
    program,
    fixed: {},
    last: {},
    onTrouble: () => undefined,
    onStart: () => undefined,
  });
  const address = `127.0.0.1:${server.ports.temporal}`;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  try {
    const { activity } = new Client({ connection });
    const asked = Array.from({ length: 12 }, (_, at) => at);
    const handles = [];
    for (const at of asked)
      handles.push(
        await activity.start('render', {
          id: `render-${at}`,
          taskQueue: 'one-slot',
          args: [at],
          startToCloseTimeout: '10 seconds',
        }),
      );
    const rendered: number[] = [];
    const render = (at: number): Promise<void> => {
      rendered.push(at);
      return Promise.resolve();
    };
    const worker = await Worker.create({
      connection: native,
      taskQueue: 'one-slot',
      activities: { render },
      maxConcurrentActivityTaskExecutions: 1,
    });
    await worker.runUntil(Promise.all(handles.map((handle) => handle.result())));
    // The server may swap neighbours on their way into the queue; in four partitions the last one came first.
    const farthest = Math.max(...rendered.map((at, place) => Math.abs(at - place)));
    assert.ok(rendered.length === asked.length && farthest <= 3, rendered.join(' '));
  } finally {
    await native.close();
    await connection.close();
    server.uiProxy.close();
    await server.process.stop(0);
  }
});
