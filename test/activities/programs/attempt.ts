// `node --import tsx attempt.ts FOLDER JSON`: one attempt of trainLora on a rig's folder, as a worker would make it. It
// kills itself at the named moment of its first publication. Signals are lines of FOLDER/signals.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import { createTrainActivities } from '../../../src/activities/train-lora.js';
import type { TrainLoraInput } from '../../../src/activities/types.js';
import { createAiToolkit } from '../../../src/aitoolkit/index.js';
import { killGroup } from '../../../src/aitoolkit/launch.js';
import { openStore } from '../../../src/artifacts/store.js';

export type Moment =
  | 'before the copy into the store'
  | 'between the two files'
  | 'before the record'
  | 'before the signal'
  | 'after the signal';

const [folder, json] = process.argv.slice(2);
const { input, command, dieAt } = JSON.parse(json) as { input: TrainLoraInput; command: string[]; dieAt?: Moment };

/** The whole group at once, as a machine that loses its power: the trainer leads a group of its own. */
function reach(moment: Moment): void {
  if (moment !== dieAt) return;
  const lock = join(folder, 'work', 'training', input.runId, 'attempts', 'trainer.lock');
  // Training is quick here: the trainer may have come to its end.
  if (existsSync(lock)) killGroup((JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
}

const store = await openStore(join(folder, 'store'));
const putFile = store.putFile.bind(store);
store.putFile = async (path, description) => {
  reach(path.endsWith('.pt') ? 'between the two files' : 'before the copy into the store');
  return await putFile(path, description);
};
const putRecord = store.putRecord.bind(store);
store.putRecord = async (key, value) => {
  if (/\/step-\d+$/.test(key)) reach('before the record');
  return await putRecord(key, value);
};
const client = {
  withAbortSignal: <T>(_signal: AbortSignal, work: () => Promise<T>) => work(),
  withDeadline: <T>(_deadline: number, work: () => Promise<T>) => work(),
  workflow: {
    getHandle: (workflowId: string) => ({
      signal: async (_definition: unknown, ...saved: { step: number }[]) => {
        reach('before the signal');
        appendFileSync(join(folder, 'signals'), saved.map(({ step }) => `${workflowId} ${step}\n`).join(''));
        reach('after the signal');
      },
    }),
  },
} as unknown as Client;
const { trainLora } = createTrainActivities({
  trainer: createAiToolkit({ command }),
  store,
  workDir: join(folder, 'work'),
});
const quiet = new DefaultLogger('ERROR');
const result = await new MockActivityEnvironment({}, { client, logger: quiet }).run(trainLora, input);
console.log(JSON.stringify(result));
