import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { DefaultLogger } from '@temporalio/worker';
import { createTrainActivities } from '../../src/activities/train-lora.js';
import type { TrainLoraInput, TrainLoraResult } from '../../src/run/contracts.js';
import { createAiToolkit } from '../../src/aitoolkit/index.js';
import { openStore } from '../../src/artifacts/store.js';

export interface OneAttempt {
  /** A rig's. */
  folder: string;
  input: TrainLoraInput;
  command: string[];
  store?: ArtifactStore;
  /** Before and after a piece of news is told. */
  onNews?(moment: 'before the signal' | 'after the signal'): void;
}

/** One attempt of trainLora as a worker would make it, in this process. Its news are lines of `folder`/signals. */
export async function trainOnce({ folder, input, command, store, onNews }: OneAttempt): Promise<TrainLoraResult> {
  const client = {
    withAbortSignal: <T>(_signal: AbortSignal, work: () => Promise<T>) => work(),
    withDeadline: <T>(_deadline: number, work: () => Promise<T>) => work(),
    workflow: {
      getHandle: (workflowId: string) => ({
        // Whatever run it is, its attempt is over.
        describe: () => Promise.reject(new WorkflowNotFoundError('no such run', workflowId, undefined)),
        signal: async (_definition: unknown, ...saved: { step: number }[]) => {
          onNews?.('before the signal');
          await appendFile(join(folder, 'signals'), saved.map(({ step }) => `${workflowId} ${step}\n`).join(''));
          onNews?.('after the signal');
        },
      }),
    },
  } as unknown as Client;
  const { trainLora } = createTrainActivities({
    trainer: createAiToolkit({ command }),
    store: store ?? (await openStore(join(folder, 'store'))),
    workDir: join(folder, 'work'),
  });
  const environment = new MockActivityEnvironment({}, { client, logger: new DefaultLogger('ERROR') });
  return await environment.run<[TrainLoraInput], TrainLoraResult, typeof trainLora>(trainLora, input);
}
