import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { startStudio, type RunningStudio } from '../../../src/studio/server.js';
import { quickProject, startQuickRig, type QuickRig } from '../../support/quick-run.js';
import { stopSharedTemporal } from '../../support/temporal.js';
import { until } from '../../support/until.js';
import { Visitor } from '../browser-less.js';

const [browsers, ofEach] = [20, 500];

describe('ten thousand event streams', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  let studio: RunningStudio;

  before(async () => {
    rig = await startQuickRig();
    const store = () => Promise.resolve(rig.store);
    studio = await startStudio({ client: rig.client, store, folder: join(rig.folder, 'studio'), port: 0 });
  });
  after(async () => {
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
  });

  async function entered(): Promise<Visitor> {
    const visitor = new Visitor(studio.port);
    const { pathname, search } = new URL(studio.address());
    await visitor.enter(pathname + search);
    return visitor;
  }

  /** @returns null where it is refused */
  async function stream({ cookie }: Visitor): Promise<IncomingMessage | null> {
    const path = '/run/watched/events';
    const asked = get({ host: '127.0.0.1', port: studio.port, agent: false, path, headers: { cookie } });
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    reply.on('error', () => undefined).resume();
    if (reply.statusCode === 200) return reply;
    assert.equal(reply.statusCode, 503);
    assert.ok(reply.headers['retry-after']);
    await once(reply, 'close');
    return null;
  }

  it('are all let in, fill the memory, or keep out who comes later', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'watched' });
    await until('it waits', async () => (await run.status()).waitingFor);
    const all: Visitor[] = [];
    for (let at = 0; at < browsers; at += 1) all.push(await entered());
    await all[0].ask('/run/watched/');
    const before = process.memoryUsage().rss;
    const open: IncomingMessage[] = [];
    // A hundred at once: each takes two of the descriptors that this process has.
    for (let times = 0; times < ofEach / 5; times += 1)
      for (const opened of await Promise.all(all.flatMap((one) => Array.from({ length: 5 }, () => stream(one)))))
        if (opened) open.push(opened);
    assert.equal(open.length, 400);
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 ** 2, 'in little memory');
    assert.equal((await all[0].ask('/')).status, 200, 'the pages are there');
    for (const one of open.splice(0, 40)) one.destroy();
    await until('there is room again', async () => {
      const late = await stream(all[browsers - 1]);
      late?.destroy();
      return late;
    });
    for (const one of open) one.destroy();
  });
});
