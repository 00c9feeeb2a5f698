import type { CheckpointSaved } from '../run/training-record.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { lastRecord } from '../artifacts/numbered-records.js';
import type { ArtifactRef } from '../run/ref.js';
import type { Holder } from './holder.js';

/** A sound checkpoint as published: the first writer of a step wins, whichever attempt it was. */
export interface PublishedCheckpoint {
  step: number;
  lora: ArtifactRef;
  /** Null: its state was lost; it can be rendered but not resumed from. */
  state: StoredState | null;
  /** sha256 of the tensors alone; equal for equal weights. */
  dataSha256: string;
  /** Name and version of the trainer, where the file says them. */
  madeBy: string | null;
  attempt: string;
  /** [step, loss] since the checkpoint before, thinned. */
  loss: [number, number][];
  /** The same of the held-out pictures, where it is asked for. */
  validation?: [number, number][];
  /** Seconds of training since the checkpoint before. */
  seconds: number;
  /** The run that had it trained. Records of older versions have none. */
  by?: string;
}

/** A ResumeState in the store: its trainer alone understands it. */
export interface StoredState {
  files: { name: string; ref: ArtifactRef }[];
  mark: unknown;
}

/** A record of a version that knew one trainer: its state was one file, told by its update count. */
type OneFileRecord = Omit<PublishedCheckpoint, 'state'> & { optimizer: ArtifactRef | null; updates?: number | null };

function asPublished(record: PublishedCheckpoint | OneFileRecord): PublishedCheckpoint {
  if (!('optimizer' in record)) return record;
  const { optimizer, updates = null, ...rest } = record;
  return { ...rest, state: optimizer && { files: [{ name: optimizer.name, ref: optimizer }], mark: updates } };
}

/** What is told of it. */
export function toldOf({ step, lora, state, loss, validation }: PublishedCheckpoint): CheckpointSaved {
  const [last, lastValidation] = [loss.at(-1), validation?.at(-1)];
  return {
    step,
    lora,
    ...(state ? { stateBytes: state.files.reduce((sum, { ref }) => sum + ref.bytes, 0) } : {}),
    ...(last ? { loss: last[1] } : {}),
    ...(lastValidation ? { validation: { step: lastValidation[0], loss: lastValidation[1] } } : {}),
  };
}

export interface ResumeRecord {
  /** Temporal's number of the attempt that resumed, from 1. */
  attempt: number;
  fromStep: number;
  atStep: number;
}

/** Who owns the training: the attempt with the highest generation. */
export interface Claim {
  /** 1 for the first attempt of any run, one more for each after it. */
  generation: number;
  /** Older ones, and those of a record of one run, have none. */
  holder?: Holder;
  /** In steps: which checkpoints this attempt makes. */
  saveEvery?: number;
  /** Of the person's resumes. */
  round: number;
  /** The last step that was published when it began. */
  publishedStep: number;
  host: string;
  /** Of the worker, on `host`. */
  pid: number;
}

interface Told {
  step: number;
  /** Absent in records of one run. */
  runId?: string;
}

/**
 * The records of one training, which runs may share: `training/KEY/...`. Every key is known beforehand, so nothing is ever
 * listed.
 */
export class TrainingRecords {
  constructor(
    private readonly store: ArtifactStore,
    private readonly key: string,
  ) {}

  /** The first writer of a step wins, unless what it wrote is lost: then the next version counts. */
  async publish(checkpoint: PublishedCheckpoint): Promise<{ value: PublishedCheckpoint; first: boolean }> {
    for (let version = 1; ; version += 1) {
      const { value, first } = await this.store.putRecord(this.#stepKey(checkpoint.step, version), checkpoint);
      const published = asPublished(value);
      if (first || (await this.store.holds(published.lora))) return { value: published, first };
    }
  }

  /** Ascending: of every attempt at this training, whatever its saves were. */
  async published(steps: number, saveEvery: number): Promise<PublishedCheckpoint[]> {
    const found: PublishedCheckpoint[] = [];
    for (const step of await this.#stepsUpTo(steps, saveEvery)) {
      const checkpoint = await this.#newest(step);
      if (checkpoint) found.push(checkpoint);
    }
    return found;
  }

  async #stepsUpTo(steps: number, own: number): Promise<number[]> {
    const claims = await this.#listed<Claim>('claim');
    const intervals = new Set([own, ...claims.flatMap(({ saveEvery }) => saveEvery ?? [])]);
    const all = [...intervals].flatMap((every) =>
      Array.from({ length: Math.floor(steps / every) }, (_, index) => (index + 1) * every),
    );
    return [...new Set(all)].sort((a, b) => a - b);
  }

  async #newest(step: number): Promise<PublishedCheckpoint | null> {
    const last = await lastRecord<PublishedCheckpoint>(this.store, (version) => this.#stepKey(step, version));
    return last && asPublished(last.value);
  }

  #stepKey(step: number, version: number): string {
    return this.#key(version === 1 ? `step-${step}` : `step-${step}.${version}`);
  }

  /** A checkpoint between two scheduled ones, saved because the training was stopped there: to resume from. */
  async publishStop(checkpoint: PublishedCheckpoint): Promise<void> {
    for (let number = 1; ; number += 1) {
      const { value, first } = await this.store.putRecord(this.#key(`stop-${number}`), checkpoint);
      if (first || value.dataSha256 === checkpoint.dataSha256) return;
    }
  }

  /** In the order in which they were made. */
  async stops(): Promise<PublishedCheckpoint[]> {
    return (await this.#listed<PublishedCheckpoint>('stop')).map(asPublished);
  }

  /** Who owns the training now. */
  async owner(): Promise<Claim | null> {
    return (await lastRecord<Claim>(this.store, (number) => this.#key(`claim-${number}`)))?.value ?? null;
  }

  /** Takes the training over from the attempt before, and so from all. Null: somebody else has just done so. */
  async claimAfter(before: Claim | null, claim: Omit<Claim, 'generation'>): Promise<Claim | null> {
    const own = { ...claim, generation: (before?.generation ?? 0) + 1 };
    const { first } = await this.store.putRecord<Claim>(this.#key(`claim-${own.generation}`), own);
    return first ? own : null;
  }

  /** Whoever has taken the training over from this attempt, if anybody has. */
  async successorOf({ generation }: Claim): Promise<Claim | null> {
    return await this.store.getRecord<Claim>(this.#key(`claim-${generation + 1}`));
  }

  /** How many attempts just before this one, of the same round, brought no new checkpoint. At most `limit`. */
  async fruitlessBefore({ generation, round, publishedStep, holder }: Claim, limit: number): Promise<number> {
    for (let count = 0; ; count += 1) {
      if (count === limit || generation - count <= 1) return count;
      const before = await this.store.getRecord<Claim>(this.#key(`claim-${generation - count - 1}`));
      if (before?.round !== round || before.publishedStep !== publishedStep) return count;
      if (before.holder?.runId !== holder?.runId) return count;
    }
  }

  /** This attempt has told its run of all checkpoints up to a step. */
  async noteTold({ generation, holder }: Claim, step: number): Promise<void> {
    await this.store.putRecord<Told>(this.#key(`told-${generation}`), { step, runId: holder?.runId });
  }

  /** Up to where attempts of the same run have told before; looks back over `limit` of them. */
  async toldBefore({ generation, holder }: Claim, limit: number): Promise<number> {
    for (let earlier = generation - 1; earlier >= 1 && earlier >= generation - limit; earlier -= 1) {
      const told = await this.store.getRecord<Told>(this.#key(`told-${earlier}`));
      if (told && (told.runId ?? holder?.runId) === holder?.runId) return told.step;
    }
    return 0;
  }

  /** @returns this resume's number, from 1. */
  async noteResume(fromStep: number, atStep: number): Promise<number> {
    const attempt = (await this.resumes()).length + 1;
    await this.store.putRecord<ResumeRecord>(this.#key(`resume-${attempt}`), { attempt, fromStep, atStep });
    return attempt;
  }

  async resumes(): Promise<ResumeRecord[]> {
    return await this.#listed('resume');
  }

  /** Measured after an attempt's last publication: nothing else would keep it. */
  async noteValidation(points: [number, number][]): Promise<void> {
    const number = (await this.#listed<[number, number][]>('validation')).length + 1;
    await this.store.putRecord(this.#key(`validation-${number}`), points);
  }

  /** Of all attempts, by step; what was published with a checkpoint stands. */
  async validation(segments: PublishedCheckpoint[]): Promise<[number, number][]> {
    const late = await this.#listed<[number, number][]>('validation');
    const all = new Map([...late.flat(), ...segments.flatMap(({ validation = [] }) => validation)]);
    return [...all].sort(([a], [b]) => a - b);
  }

  /** Records that are numbered from 1, in the order in which they were made. */
  async #listed<T>(name: string): Promise<T[]> {
    const found: T[] = [];
    for (;;) {
      const record = await this.store.getRecord<T>(this.#key(`${name}-${found.length + 1}`));
      if (!record) return found;
      found.push(record);
    }
  }

  #key(name: string): string {
    return `training/${this.key}/${name}`;
  }
}
