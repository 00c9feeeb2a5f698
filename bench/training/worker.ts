// `tsx worker.ts FOLDER TRAINER`: the role train, until it is killed; Temporal comes by the environment.
import { runWorker } from '../../src/workers/index.js';

const [folder, trainer] = process.argv.slice(2);
await runWorker({
  roles: ['train'],
  families: ['sandbox'],
  taskQueuePrefix: 'bench',
  store: `${folder}/store`,
  workDir: `${folder}/work`,
  train: { command: [process.execPath, trainer] },
});
