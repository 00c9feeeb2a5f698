import { parseArgs } from 'node:util';
import { latency } from './comfyui/latency.js';
import { memory } from './comfyui/memory.js';
import { startServers } from './comfyui/servers.js';
import { sweepFigures } from './comfyui/sweep.js';

/** Figures of issue 5, "Speed". `--url`: a real server with a small checkpoint too. `--only`: one group of them. */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    checkpoint: { type: 'string', default: 'tiny_sd3.safetensors' },
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const { url, checkpoint, smoke, only } = values;
const wants = (group: string): boolean => only === undefined || only === group;

if (wants('latency')) {
  const { servers, close } = await startServers(1, 50);
  await latency('sandbox', servers[0].url, 'sandbox.safetensors', smoke ? 3 : 40).finally(close);
  if (url) await latency('real', url, checkpoint, smoke ? 3 : 60);
}
if (wants('sweep')) await sweepFigures(smoke ? 2 : 8, smoke ? 20 : 1000, smoke ? 1 : 3);
if (wants('memory')) await memory(smoke ? 60 : 10_000);
