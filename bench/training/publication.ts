import { copyFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { createTrainActivities } from '../../src/activities/train-lora.js';
import type { TrainLoraInput, TrainLoraResult } from '../../src/run/contracts.js';
import { createAiToolkit } from '../../src/aitoolkit/index.js';
import { contentPath } from '../../src/artifacts/path.js';
import { openStore } from '../../src/artifacts/store.js';

const trainer = fileURLToPath(new URL('./trainer.mjs', import.meta.url));
const pauseMs = 8_000;

export interface PublicationTime {
  beyondCopyS: number;
}

/** From the trainer's last byte of a save to the signal, beyond what a plain flushed copy of the file takes here. */
export async function publicationTimes(
  root: string,
  { bytes, saves }: { bytes: number; saves: number },
): Promise<PublicationTime[]> {
  const folder = join(root, 'publication');
  await mkdir(folder);
  const store = await openStore(join(folder, 'store'));
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } })
    .png()
    .toBuffer();
  const image = await store.putBytes(picture, { name: 'a.png', mediaType: 'image/png' });
  const signalled = new Map<number, number>();
  const client = {
    withAbortSignal: <T>(_: AbortSignal, work: () => Promise<T>) => work(),
    withDeadline: <T>(_: number, work: () => Promise<T>) => work(),
    workflow: {
      getHandle: () => ({
        signal: async (_: unknown, ...all: { step: number }[]) =>
          all.forEach(({ step }) => signalled.has(step) || signalled.set(step, Date.now())),
      }),
    },
  } as unknown as Client;
  const { trainLora } = createTrainActivities({
    trainer: createAiToolkit({
      command: [process.execPath, trainer],
      env: {
        BENCH_BYTES: String(bytes),
        BENCH_LOG: folder,
        BENCH_IMAGES: '1',
        BENCH_PAUSE_MS: String(bytes > 10e6 ? pauseMs : 300),
      },
    }),
    store,
    workDir: join(folder, 'work'),
  });
  const input: TrainLoraInput = {
    runId: 'bench',
    name: 'bench',
    trigger: 'mnaz',
    family: 'sandbox',
    steps: 10 * saves,
    saveEvery: 10,
    rank: 2,
    seed: 1,
    override: {},
    dataset: [{ name: 'a', image, caption: 'mnaz' }],
    round: 0,
  };
  const { checkpoints } = await new MockActivityEnvironment({}, { client }).run<
    [TrainLoraInput],
    TrainLoraResult,
    typeof trainLora
  >(trainLora, input);
  const times: PublicationTime[] = [];
  for (const { step, lora } of checkpoints) {
    const savedAt = Number(await readFile(join(folder, `saved-${step}`), 'utf8'));
    const copyS = await copySeconds(contentPath(join(folder, 'store'), lora.sha256), join(folder, 'copy'));
    times.push({ beyondCopyS: (signalled.get(step)! - savedAt) / 1000 - copyS });
  }
  return times;
}

async function copySeconds(from: string, to: string): Promise<number> {
  const startedAt = performance.now();
  await copyFile(from, to);
  const file = await open(to, 'r+');
  await file.sync();
  await file.close();
  const seconds = (performance.now() - startedAt) / 1000;
  await writeFile(to, '');
  return seconds;
}
