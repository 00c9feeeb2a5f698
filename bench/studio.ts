import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '@temporalio/client';
import { RunHandle } from '../src/client/index.js';
import { startStudio } from '../src/studio/server.js';
import { studioStyle } from '../src/studio/style.js';
import { Visitor } from '../test/studio/browser-less.js';
import { quickProject, startQuickRig } from '../test/support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../test/support/temporal.js';
import { until } from '../test/support/until.js';
import { figure } from './figure.js';

/** Figures of issue 17, "Studio", without a browser: `npm run test:studio` has one. `--smoke`: few of everything. */
const { values } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } });
const [browsers, seconds, listed] = values.smoke ? [5, 2, 20] : [50, 10, 1000];

let asked = 0;
const { progress } = RunHandle.prototype;
RunHandle.prototype.progress = async function (this: RunHandle) {
  asked += 1;
  return await progress.call(this);
};

const rig = await startQuickRig();
const folder = join(rig.folder, 'studio');
const studio = await startStudio({ client: rig.client, store: () => Promise.resolve(rig.store), folder, port: 0 });
const person = new Visitor(studio.port);
const { pathname, search } = new URL(studio.address());
await person.enter(pathname + search);

const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'watched' });
await until('the run waits', async () => (await run.status()).waitingFor);
await person.ask('/run/watched/');
global.gc?.();
const before = process.memoryUsage().rss;
asked = 0;
const streams = await Promise.all(Array.from({ length: browsers }, openStream));
await sleep(seconds * 1000);
figure(`status queries a second, ${browsers} browsers on one run`, [asked / seconds], '/s', { most: 1.1 });
const grown = (process.memoryUsage().rss - before) / 1e6;
figure(`memory for ${browsers} browsers`, [Math.max(0, grown)], 'MB', { most: 150 });
for (const stream of streams) stream.destroy();

const client = new Client({ connection: (await sharedTemporal()).connection });
const starts = Array.from({ length: listed }, (_, index) => index);
while (starts.length > 0)
  await Promise.all(
    starts.splice(0, 50).map((index) =>
      client.workflow.start('pipeline', {
        workflowId: `azit-listed-${index}`,
        taskQueue: 'nobody',
        memo: { name: `listed ${index}`, model: 'sandbox' },
      }),
    ),
  );
await until('all are listed', async () => (await rig.client.list(2000)).length > listed, 60_000);
await sleep(2500);
const list: number[] = [];
for (let times = 0; times < 3; times += 1) {
  const from = performance.now();
  await person.ask('/');
  list.push((performance.now() - from) / 1000);
  await sleep(2500);
}
figure(`the list of ${listed} runs`, list, 's', { most: 1 });

const scripts = new URL('../dist/studio/browser/', import.meta.url);
const sizes = await Promise.all(
  (await readdir(scripts)).map(async (name) => (await stat(new URL(name, scripts))).size),
);
const bytes = sizes.reduce((sum, size) => sum + size, studioStyle().length);
figure('script and style', [bytes / 1000], 'kB', { most: 200 });

await studio.close();
await rig.close();
await stopSharedTemporal();
process.exit();

async function openStream(): Promise<IncomingMessage> {
  // A session has forty: each browser is one of its own.
  const own = new Visitor(studio.port);
  const address = new URL(studio.address());
  await own.enter(address.pathname + address.search);
  const asking = get({
    host: '127.0.0.1',
    port: studio.port,
    path: '/run/watched/events',
    headers: { cookie: own.cookie },
    agent: false,
  });
  const [reply] = (await once(asking, 'response')) as [IncomingMessage];
  reply.resume();
  return reply;
}
