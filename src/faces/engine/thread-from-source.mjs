// Lets a worker thread run TypeScript from source (tests, through tsx): Node 20 does not hand `--import tsx` on to it.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
