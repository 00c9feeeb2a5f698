import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '@temporalio/client';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { batchBeat } from '../src/run/heartbeats.js';
import { whileBeating } from '../src/activities/liveness.js';
import { RunHandle } from '../src/client/index.js';
import type { RenderBatchResult } from '../src/run/contracts.js';
import type { ArtifactRef } from '../src/run/ref.js';
import { startStudio } from '../src/studio/server.js';
import { studioStyle } from '../src/studio/style.js';
import { Visitor } from '../test/studio/browser-less.js';
import { quickProject, startQuickRig } from '../test/support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../test/support/temporal.js';
import { until } from '../test/support/until.js';
import { openChromium } from '../test/browser/chromium.js';
import { Person } from '../test/studio/browser/person.js';
import { figure } from './figure.js';

/** Figures of issue 17, "Studio". `--smoke`: few of everything. */
const { values } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } });
const [browsers, seconds, listed, arrivals] = values.smoke ? [5, 2, 20, 5] : [50, 10, 1000, 40];
const storedAt = new Map<string, number>();

let [asked, looked] = [0, 0];
const { look, status } = RunHandle.prototype;
RunHandle.prototype.look = async function (this: RunHandle, before) {
  looked += 1;
  return await look.call(this, before);
};
RunHandle.prototype.status = async function (this: RunHandle) {
  asked += 1;
  return await status.call(this);
};

const rig = await startQuickRig({
  // As workers do.
  beatWithin: '250ms',
  activities: (quick) => ({
    renderBatch: async (input) =>
      input.runId === 'arriving'
        ? await renderSlowly()
        : await whileBeating(batchBeat('render', { done: 0, of: 1 }, []), () => quick.renderBatch(input)),
  }),
});
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
[asked, looked] = [0, 0];
const streams = await Promise.all(Array.from({ length: browsers }, openStream));
await sleep(seconds * 1000);
figure(`looks at Temporal a second, ${browsers} browsers on one run`, [looked / seconds], '/s', { most: 1.1 });
figure('status queries a second among them, of a run that waits', [asked / seconds], '/s', { most: 1.1 });
const grown = (process.memoryUsage().rss - before) / 1e6;
figure(`memory for ${browsers} browsers`, [Math.max(0, grown)], 'MB', { most: 150 });
for (const stream of streams) stream.destroy();

await inBrowser();
await arriving();

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

/** A run page with some 500 images of 1024 pixels, in Chromium. */
async function inBrowser(): Promise<void> {
  const { putBytes } = rig.store;
  // One at a time: hundreds at once would keep a worker from its beats.
  let turn: Promise<unknown> = Promise.resolve();
  rig.store.putBytes = async (bytes, description) => {
    if (description.mediaType !== 'image/png') return await putBytes.call(rig.store, bytes, description);
    const large = turn.then(() => sharp(bytes).resize(1024, 1024).png({ compressionLevel: 1 }).toBuffer());
    turn = large;
    return await putBytes.call(rig.store, await large, description);
  };
  const project = values.smoke
    ? { ...quickProject, sweep: { ...quickProject.sweep, seeds: 2 } }
    : {
        ...quickProject,
        training: { steps: 80, saveEvery: 20 },
        sweep: { ...quickProject.sweep, steps: [20, 40, 60, 80], seeds: 20 },
      };
  const many = await rig.client.start(project, { id: 'many' });
  await many.result();
  rig.store.putBytes = putBytes;
  const browser = await openChromium();
  const visitor = await Person.enter(browser, studio.address());
  const { page } = visitor;
  await visitor.see('many');
  await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
  // All small copies are made once.
  for (let at = 0; at < 60; at += 1) {
    await page.evaluate(() => window.scrollBy(0, 800));
    await sleep(values.smoke ? 10 : 250);
  }
  const usable: number[] = [];
  for (let times = 0; times < 3; times += 1) {
    await visitor.see('many');
    usable.push(
      await page.evaluate(() => {
        const [{ domContentLoadedEventEnd }] = performance.getEntriesByType(
          'navigation',
        ) as PerformanceNavigationTiming[];
        return domContentLoadedEventEnd / 1000;
      }),
    );
  }
  const count = await page.locator('main img').count();
  figure(`a run page with ${count} images, until it is usable`, usable, 's', { most: 1 });
  await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
  const frames = await page.evaluate(`new Promise((done) => {
    const from = performance.now();
    let frames = 0;
    const step = () => {
      frames += 1;
      scrollBy(0, 30);
      if (performance.now() - from < 4000) requestAnimationFrame(step);
      else done(frames / ((performance.now() - from) / 1000));
    };
    requestAnimationFrame(step);
  })`);
  figure('frames a second while it scrolls (no GPU here)', [frames as number], '/s', { least: 58 });
  const blank = await (await browser.newContext()).newPage();
  await blank.goto('about:blank');
  const cached = await pageBeyondBlank(browser);
  // Chromium keeps decoded images of what was scrolled past in memory that it gives back when memory is short.
  const session = (await page.context().newCDPSession(page)) as unknown as {
    send(method: string, parameters: object): Promise<unknown>;
  };
  await session.send('Memory.simulatePressureNotification', { level: 'critical' });
  await sleep(3000);
  figure('memory of the page in the browser beyond an empty one', [await pageBeyondBlank(browser)], 'MB', {
    most: 150,
  });
  console.log(`before Chromium was told that memory is short, with what it keeps of images: ${Math.round(cached)} MB`);
  await browser.close();
}

/** When the page shows an image, after its being stored: at any moment between two looks and two beats. */
async function arriving(): Promise<void> {
  const browser = await openChromium();
  const visitor = await Person.enter(browser, studio.address());
  await rig.client.start({ ...quickProject }, { id: 'arriving' });
  await visitor.see('arriving');
  asked = 0;
  const from = performance.now();
  // As text: what compiles this file adds helpers that no page has.
  await visitor.page.evaluate(`{
    window.arrived = {};
    document.addEventListener('load', ({ target }) => {
      if (target.closest('#arriving')) window.arrived[target.getAttribute('src').split('/')[2]] ??= Date.now();
    }, true);
  }`);
  await until(
    'all are shown',
    async () => {
      const seen = (await visitor.page.evaluate('window.arrived')) as Record<string, number>;
      const late = [...storedAt].flatMap(([sha256, at]) => (sha256 in seen ? [(seen[sha256] - at) / 1000] : []));
      if (late.length < arrivals) return false;
      late.sort((a, b) => a - b);
      figure('a new image on the page, drawn, after its being stored: median', [late[late.length >> 1]], 's', {
        most: 1,
      });
      figure('of ten such, the slowest but one', [late[Math.ceil(late.length * 0.9) - 1]], 's', { most: 1 });
      const took = (performance.now() - from) / 1000;
      figure('status queries a second while they came', [asked / took], '/s', { most: 1.1 });
      return true;
    },
    120_000,
  );
  await rig.client.run('arriving').cancel();
  await browser.close();
}

/** One image after another, told as the real activity tells them. */
async function renderSlowly(): Promise<RenderBatchResult> {
  const known: { image: ArtifactRef }[] = [];
  const beat = () => batchBeat('render', { done: known.length, of: arrivals }, known);
  return await whileBeating(beat(), async (report, signal) => {
    for (let at = 0; at < arrivals; at += 1) {
      await sleep(300 + 1400 * Math.random(), undefined, { signal });
      const bytes = await sharp({ create: { width: 1024, height: 1024, channels: 3, background: '#456' } })
        .modulate({ hue: at * 9 })
        .png({ compressionLevel: 1 })
        .toBuffer();
      const image = await rig.store.putBytes(bytes, { name: `${at}.png`, mediaType: 'image/png' });
      storedAt.set(image.sha256, Date.now());
      known.push({ image });
      report(beat());
    }
    await sleep(60_000, undefined, { signal });
    throw signal.reason;
  });
}

/** By how much the largest page's process is larger than the smallest one's, in MB. */
async function pageBeyondBlank(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => pssOf(id));
  const sizes = (await Promise.all(renderers)).sort((a, b) => a - b);
  return sizes.at(-1)! - sizes[0];
}

/** Its share of what processes share included. */
async function pssOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return (Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024) / 1e6;
}

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
