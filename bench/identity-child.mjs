// One run of AZIT's engine over the files given, for bench/identity.ts: node identity-child.mjs MODELS_DIR PICTURE...
import { performance } from 'node:perf_hooks';
import { createFaceEngine, picturesAtOnce } from '../dist/faces/engine/engine.js';
import { inOrder } from '../dist/faces/score/in-order.js';

const [modelsDir, ...paths] = process.argv.slice(2);
const engine = await createFaceEngine({ modelsDir });
await engine.measure(paths[0]);
const start = performance.now();
let found = 0;
for await (const { chosen } of inOrder(paths, picturesAtOnce, (path) => engine.measure(path))) if (chosen) found++;
const seconds = (performance.now() - start) / 1000;
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ pictures: paths.length, found, seconds, peakBytes }));
