// A worker that trains without end in the folder given, and prints its trainer's number once it trains.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAiToolkit } from '../../src/aitoolkit/index.js';
import { drawPictures } from '../sandbox/trainer/pictures.js';
import { sandboxCommand, shortPlan } from './studio.js';

const [folder] = process.argv.slice(2);
const workDir = join(folder, 'attempt-1');
mkdirSync(workDir);
let told = false;
await createAiToolkit({ command: sandboxCommand }).run(
  {
    plan: { ...shortPlan, steps: 100_000, saveEvery: 50_000 },
    workDir,
    generation: 1,
    dataset: await drawPictures(join(folder, 'pictures')),
  },
  {
    signal: new AbortController().signal,
    onCheckpoint: async () => {},
    onProgress: ({ phase }) => {
      if (phase !== 'training' || told) return;
      told = true;
      console.log((JSON.parse(readFileSync(join(folder, 'trainer.lock'), 'utf8')) as { pid: number }).pid);
    },
  },
);
