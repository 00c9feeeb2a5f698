import type { CheckpointSaved } from '../run/record.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ArtifactRef } from '../run/ref.js';

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
export function toldOf({ step, lora, loss, validation }: PublishedCheckpoint): CheckpointSaved {
  const [last, lastValidation] = [loss.at(-1), validation?.at(-1)];
  return {
    step,
    lora,
    ...(last ? { loss: last[1] } : {}),
    ...(lastValidation ? { validation: { step: lastValidation[0], loss: lastValidation[1] } } : {}),
  };
}

export interface ResumeRecord {
  attempt: number;
  fromStep: number;
  atStep: number;
}

/** Who owns the run: the attempt with the highest generation. */
export interface Claim {
  generation: number;
  /** Of the person's resumes. */
  round: number;
  /** The last step that was published when it began. */
  publishedStep: number;
  host: string;
  pid: number;
}

/** The records of one run's training. Every key is known beforehand, so nothing is ever listed. */
export class TrainingRecords {
  constructor(
    private readonly store: ArtifactStore,
    private readonly runId: string,
  ) {}

  async publish(checkpoint: PublishedCheckpoint): Promise<{ value: PublishedCheckpoint; first: boolean }> {
    const { value, first } = await this.store.putRecord(this.#key(`step-${checkpoint.step}`), checkpoint);
    return { value: asPublished(value), first };
  }

  /** Ascending; ends at the first step that is not there. */
  async published(steps: number, saveEvery: number): Promise<PublishedCheckpoint[]> {
    const found: PublishedCheckpoint[] = [];
    for (let step = saveEvery; step <= steps; step += saveEvery) {
      const checkpoint = await this.store.getRecord<PublishedCheckpoint>(this.#key(`step-${step}`));
      if (!checkpoint) break;
      found.push(asPublished(checkpoint));
    }
    return found;
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

  /** Takes the run over from every attempt before: the first free number is this attempt's, and the highest owns. */
  async claim(claim: Omit<Claim, 'generation'>): Promise<Claim> {
    for (let generation = 1; ; generation += 1) {
      const own = { ...claim, generation };
      const { first } = await this.store.putRecord<Claim>(this.#key(`claim-${generation}`), own);
      if (first) return own;
    }
  }

  /** Whoever has taken the run over from this attempt, if anybody has. */
  async successorOf({ generation }: Claim): Promise<Claim | null> {
    return await this.store.getRecord<Claim>(this.#key(`claim-${generation + 1}`));
  }

  /** How many attempts just before this one, of the same round, brought no new checkpoint. At most `limit`. */
  async fruitlessBefore({ generation, round, publishedStep }: Claim, limit: number): Promise<number> {
    for (let count = 0; ; count += 1) {
      if (count === limit || generation - count <= 1) return count;
      const before = await this.store.getRecord<Claim>(this.#key(`claim-${generation - count - 1}`));
      if (before?.round !== round || before.publishedStep !== publishedStep) return count;
    }
  }

  /** This attempt has told everybody of all checkpoints up to a step. */
  async noteTold({ generation }: Claim, step: number): Promise<void> {
    await this.store.putRecord<{ step: number }>(this.#key(`told-${generation}`), { step });
  }

  /** Up to where attempts before this one have told; looks back over `limit` of them. */
  async toldBefore({ generation }: Claim, limit: number): Promise<number> {
    for (let earlier = generation - 1; earlier >= 1 && earlier >= generation - limit; earlier -= 1) {
      const told = await this.store.getRecord<{ step: number }>(this.#key(`told-${earlier}`));
      if (told) return told.step;
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
    return `training/${this.runId}/${name}`;
  }
}
