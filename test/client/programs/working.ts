// Works for the role pipeline on a task queue prefix until it is killed; Temporal comes by the environment.
import { runWorker } from '../../../src/workers/index.js';

const [taskQueuePrefix, folder] = process.argv.slice(2);
await runWorker({
  roles: ['pipeline'],
  families: ['sandbox'],
  taskQueuePrefix,
  store: `${folder}/store`,
  workDir: `${folder}/work`,
  onReady: () => console.log('ready'),
});
