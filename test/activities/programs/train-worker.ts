// Works for the role train on a task queue prefix until it is killed; Temporal comes by the environment.
import { runWorker } from '../../../src/workers/index.js';

const [taskQueuePrefix, folder, command, gpu] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runWorker({
  roles: ['train'],
  families: ['sandbox'],
  taskQueuePrefix,
  store: `${folder}/store`,
  workDir: `${folder}/work`,
  train: { command: JSON.parse(command) as string[] },
  gpu: gpu || undefined,
  signal: stop.signal,
  onReady: () => console.log('ready'),
});
console.log('ended');
