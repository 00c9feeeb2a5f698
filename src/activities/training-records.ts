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

/** The records of one run's training. Every key is known beforehand, so nothing is ever listed. */
export class TrainingRecords {
  constructor(
    private readonly store: ArtifactStore,
    private readonly runId: string,
  ) {}

  async publish(checkpoint: PublishedCheckpoint): Promise<{ value: PublishedCheckpoint; first: boolean }> {
    return await this.store.putRecord(this.#step(checkpoint.step), checkpoint);
  }

  /** Ascending; ends at the first step that is not there. */
  async published(steps: number, saveEvery: number): Promise<PublishedCheckpoint[]> {
    const found: PublishedCheckpoint[] = [];
    for (let step = saveEvery; step <= steps; step += saveEvery) {
      const checkpoint = await this.store.getRecord<PublishedCheckpoint>(this.#step(step));
      if (!checkpoint) break;
      found.push(checkpoint);
    }
    return found;
  }

  /** @returns this resume's number, from 1. */
  async noteResume(fromStep: number, atStep: number): Promise<number> {
    const attempt = (await this.resumes()).length + 1;
    await this.store.putRecord<ResumeRecord>(this.#resume(attempt), { attempt, fromStep, atStep });
    return attempt;
  }

  async resumes(): Promise<ResumeRecord[]> {
    const found: ResumeRecord[] = [];
    for (;;) {
      const resume = await this.store.getRecord<ResumeRecord>(this.#resume(found.length + 1));
      if (!resume) return found;
      found.push(resume);
    }
  }

  #step(step: number): string {
    return `training/${this.runId}/step-${step}`;
  }

  #resume(attempt: number): string {
    return `training/${this.runId}/resume-${attempt}`;
  }
}
