import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { createComfyClient, type ComfyClient, type RenderJob } from '../../src/comfyui/index.js';
import { figure } from '../figure.js';
import { textToImage } from '../../test/comfyui/small-graph.js';
import { newJobs } from './graphs.js';
import { slowViews } from './slow-views.js';

const viewDelayMs = 250;

/** What our client adds to a render: one after another, and where two wait in the server's queue. */
export async function latency(label: string, url: string, checkpoint: string, renders: number): Promise<void> {
  const client = createComfyClient({ baseUrl: url });
  const graph = textToImage(checkpoint);
  try {
    for (const job of newJobs(graph, 3)) await client.render(job);
    const single: number[] = [];
    for (const job of newJobs(graph, renders)) single.push(await addedAlone(client, job));
    figure(`${label}: added per render, one after another`, single, 'ms', { most: 20 });
    const own: number[] = [];
    const fed: number[] = [];
    for (let run = 0; run < 5; run++) {
      own.push(await betweenOwn(url, client, newJobs(graph, renders)));
      fed.push(await betweenFed(client, newJobs(graph, renders)));
    }
    console.log(`${label}: between two prompts, all queued long before and nobody looking: ${spread(own)} ms`);
    console.log(`${label}: between two prompts, kept fed by us: ${spread(fed)} ms`);
    const added = fed.map((ms, run) => ms - own[run]);
    figure(`${label}: added per render, queue kept fed`, added, 'ms', { most: 5 });
    await slowDownloads(label, url, client, checkpoint, renders);
  } finally {
    await client.close();
  }
}

function spread(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map((value) => value.toFixed(1));
  return `${sorted[sorted.length >> 1]} [${sorted[0]}..${sorted[sorted.length - 1]}]`;
}

async function addedAlone(client: ComfyClient, job: RenderJob): Promise<number> {
  const start = performance.now();
  const { executionMs } = await client.render(job);
  return performance.now() - start - executionMs;
}

/**
 * The mean over a run in which all prompts are in the queue from the start and nobody looks: a real server collects
 * garbage and tidies between two prompts, by itself.
 */
async function betweenOwn(url: string, client: ComfyClient, jobs: RenderJob[]): Promise<number> {
  const start = performance.now();
  for (const { promptId, graph } of jobs) {
    const body = JSON.stringify({ prompt: graph, prompt_id: promptId, client_id: 'bench' });
    await request(new URL('/prompt', url), { method: 'POST', body }).then(({ body: reply }) => reply.dump());
  }
  for (;;) {
    const state = await client.find(jobs[jobs.length - 1].promptId);
    if (state.kind === 'done') break;
    await sleep(20);
  }
  const wallMs = performance.now() - start;
  let executionMs = 0;
  for (const { promptId } of jobs) {
    const state = await client.find(promptId);
    if (state.kind === 'done') executionMs += state.executionMs;
  }
  return (wallMs - executionMs) / jobs.length;
}

/** The mean over a run: what the server did not spend on rendering, from the first submission to the last picture. */
async function betweenFed(client: ComfyClient, jobs: RenderJob[]): Promise<number> {
  const start = performance.now();
  let executionMs = 0;
  for await (const { image } of client.renderAll(jobs)) executionMs += image.executionMs;
  return (performance.now() - start - executionMs) / jobs.length;
}

/** Were a POST to wait for the download before it, the slow line would take the delay longer for each picture. */
async function slowDownloads(
  label: string,
  url: string,
  fast: ComfyClient,
  checkpoint: string,
  renders: number,
): Promise<void> {
  const proxy = await slowViews(url, viewDelayMs);
  const slow = createComfyClient({ baseUrl: proxy.url });
  try {
    const graph = textToImage(checkpoint);
    const added: number[] = [];
    for (let run = 0; run < 3; run++) {
      const quickMs = await wallMs(fast, newJobs(graph, renders));
      added.push(((await wallMs(slow, newJobs(graph, renders))) - quickMs) / renders);
    }
    const name = `${label}: added per render by downloads that take ${viewDelayMs} ms longer`;
    figure(name, added, 'ms', { most: viewDelayMs / 5 });
  } finally {
    await slow.close();
    proxy.close();
  }
}

async function wallMs(client: ComfyClient, jobs: RenderJob[]): Promise<number> {
  const start = performance.now();
  for await (const _ of client.renderAll(jobs));
  return performance.now() - start;
}
