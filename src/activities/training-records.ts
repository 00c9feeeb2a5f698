import type { ArtifactRef } from '../artifacts/ref.js';
import type { ArtifactStore } from '../artifacts/store.js';

/** A sound checkpoint as published: the first writer of a step wins, whichever attempt it was. */
export interface PublishedCheckpoint {
  step: number;
  lora: ArtifactRef;
  /** Null: its state was lost; it can be rendered but not resumed from. */
  optimizer: ArtifactRef | null;
  /** sha256 of the tensors alone; equal for equal weights. */
  dataSha256: string;
  attempt: string;
  /** [step, loss] since the checkpoint before, thinned. */
  loss: [number, number][];
  /** Seconds of training since the checkpoint before. */
  seconds: number;
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
    return await this.store.putRecord(this.#key(`step-${checkpoint.step}`), checkpoint);
  }

  /** Ascending; ends at the first step that is not there. */
  async published(steps: number, saveEvery: number): Promise<PublishedCheckpoint[]> {
    const found: PublishedCheckpoint[] = [];
    for (let step = saveEvery; step <= steps; step += saveEvery) {
      const checkpoint = await this.store.getRecord<PublishedCheckpoint>(this.#key(`step-${step}`));
      if (!checkpoint) break;
      found.push(checkpoint);
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
    const found: PublishedCheckpoint[] = [];
    for (;;) {
      const stop = await this.store.getRecord<PublishedCheckpoint>(this.#key(`stop-${found.length + 1}`));
      if (!stop) return found;
      found.push(stop);
    }
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

  /** @returns this resume's number, from 1. */
  async noteResume(fromStep: number, atStep: number): Promise<number> {
    const attempt = (await this.resumes()).length + 1;
    await this.store.putRecord<ResumeRecord>(this.#key(`resume-${attempt}`), { attempt, fromStep, atStep });
    return attempt;
  }

  async resumes(): Promise<ResumeRecord[]> {
    const found: ResumeRecord[] = [];
    for (;;) {
      const resume = await this.store.getRecord<ResumeRecord>(this.#key(`resume-${found.length + 1}`));
      if (!resume) return found;
      found.push(resume);
    }
  }

  #key(name: string): string {
    return `training/${this.runId}/${name}`;
  }
}
