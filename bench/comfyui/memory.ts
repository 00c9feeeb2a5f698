import diagnostics from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import { openStore } from '../../src/artifacts/store.js';
import { createComfyClient } from '../../src/comfyui/index.js';
import { figure } from '../figure.js';
import { startServers } from './servers.js';

const perUnit = 50;
const mebibyte = 1024 * 1024;

/** Many renders through one worker's activity: what stays in memory, and what is asked of the server. */
export async function memory(renders: number): Promise<void> {
  const { servers, close } = await startServers(1, 1);
  const folder = await mkdtemp(join(tmpdir(), 'azit-bench-memory-'));
  const comfy = createComfyClient({ baseUrl: servers[0].url });
  const asked = countRequests();
  try {
    const store = await openStore(join(folder, 'store'));
    const { renderBatch } = createRenderActivities({ comfy, store, workDir: join(folder, 'work') });
    const rss: number[] = [];
    for (let unit = 0; unit * perUnit < renders; unit++) {
      await new MockActivityEnvironment().run(renderBatch, unitOf(unit));
      rss.push(process.memoryUsage().rss / mebibyte);
    }
    const warm = rss.slice(Math.ceil(rss.length / 10));
    const least = Math.min(...warm);
    const tenth = Math.ceil(warm.length / 10);
    const grown = median(warm.slice(-tenth)) - median(warm.slice(0, tenth));
    figure(`sandbox: memory grown by ${renders} renders, after warm-up`, [grown], 'MiB', { most: 50 });
    console.log(`sandbox: memory of the worker ${least.toFixed(0)}..${Math.max(...warm).toFixed(0)} MiB`);
    figure('sandbox: whole histories asked for', [asked.histories], '', { most: 0 });
    figure('sandbox: POSTs a render', [asked.posts / (rss.length * perUnit)], '', { most: 1 });
  } finally {
    asked.stop();
    await comfy.close();
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}

const unitOf = (unit: number) => ({
  runId: 'bench',
  stage: 'sweep' as const,
  unit: String(unit),
  family: 'sandbox' as const,
  graph: 'text-to-image' as const,
  negative: '',
  size: { width: 64, height: 64 },
  items: Array.from({ length: perUnit }, (_, index) => ({
    key: String(index),
    prompt: 'a face',
    seed: unit * perUnit + index,
  })),
});

function countRequests() {
  const counted = { posts: 0, histories: 0, stop: () => diagnostics.unsubscribe(channel, count) };
  const channel = 'undici:request:create';
  const count = (message: unknown): void => {
    const { method, path } = (message as { request: { method: string; path: string } }).request;
    if (method === 'POST' && path.endsWith('/prompt')) counted.posts++;
    if (method === 'GET' && /\/(history|api\/jobs)(\?.*)?$/.test(path)) counted.histories++;
  };
  diagnostics.subscribe(channel, count);
  return counted;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
