import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { setTimeout as delay } from 'node:timers/promises';
import { log } from '@temporalio/activity';
import type { SoundCheckpoint } from '../trainer/index.js';
import type { ArtifactRef } from '../run/ref.js';
import type { CheckpointSignals } from './checkpoint-signals.js';
import type { LossCurve } from './loss-curve.js';
import { toldOf, type Claim, type StoredState, type TrainingRecords } from './training-records.js';

/** A store that is away for longer ends the training: what waits on the disk grows with every save. */
const storePatienceMs = 10 * 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export interface Publisher {
  trigger: string;
  saveEvery: number;
  claim: Claim;
  curve: LossCurve;
  records: TrainingRecords;
  store: ArtifactStore;
  news: CheckpointSignals;
  signal: AbortSignal;
}

/** Another attempt owns the run: nothing of this one counts any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
  readonly type = 'fenced';
  constructor(step: number, { host, pid, generation }: Claim) {
    super(`Checkpoint ${step} was saved too late: attempt ${generation} (process ${pid} on ${host}) owns the run now.`);
  }
}

/** Content first, then the record that names it, then the news: a kill between two of them loses nothing that counts. */
export async function publish(checkpoint: SoundCheckpoint, publisher: Publisher): Promise<void> {
  const { records, claim, curve, news } = publisher;
  const { step, dataSha256, madeBy } = checkpoint;
  const successor = await records.successorOf(claim);
  if (successor) throw new FencedError(step, successor);
  const { lora, state } = await patiently(publisher.signal, () => keep(checkpoint, publisher));
  const record = { step, lora, state, dataSha256, madeBy, attempt: `g${claim.generation}`, by: claim.holder?.runId };
  const segment = curve.take();
  if (step % publisher.saveEvery !== 0) {
    await records.publishStop({ ...record, ...segment });
    return news.tell(toldOf({ ...record, ...segment }));
  }
  const { value, first } = await patiently(publisher.signal, () => records.publish({ ...record, ...segment }));
  if (!first && value.dataSha256 !== dataSha256) {
    log.warn(`attempt ${value.attempt} has already published step ${step}; this attempt's copy is dropped`);
  }
  news.tell(toldOf(value));
}

async function keep(
  { step, checkpointPath, checkpointDigest, state }: SoundCheckpoint,
  { trigger, store }: Publisher,
): Promise<{ lora: ArtifactRef; state: StoredState | null }> {
  const label = `${trigger}-${String(step).padStart(9, '0')}`;
  const weights = { name: `${label}.safetensors`, mediaType: 'application/x-safetensors' };
  const lora = await store.putFile(checkpointPath, weights, checkpointDigest);
  if (!state) return { lora, state };
  const files: StoredState['files'] = [];
  for (const { name, path, digest } of state.files) {
    const about = { name: `${label}.${name}`, mediaType: 'application/octet-stream' };
    files.push({ name, ref: await store.putFile(path, about, digest) });
  }
  return { lora, state: { files, mark: state.mark } };
}

/** Training goes on while the store is away for a while. */
async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + storePatienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      return await work();
    } catch (error) {
      const mayPass = (error as { type?: unknown }).type === 'unavailable';
      if (!mayPass || signal.aborted || performance.now() + pauseMs > deadline) throw error;
      log.warn(`could not store the checkpoint yet: ${(error as Error).message}`);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
