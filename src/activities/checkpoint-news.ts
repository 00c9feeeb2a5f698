import type { CheckpointSaved } from '../run/record.js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { sweepWorkflowIdOf, workflowIdOf } from '../project/names.js';

/** One signal; a half-open connection would take minutes to say that nobody is there. */
const signalTimeoutMs = 5_000;
const retryEveryMs = 5_000;
/** At an attempt's end; what is not told by then, the activity's result or the next attempt tells. */
const lastWordMs = 5_000;
/** Of the checkpoints that nobody waits for, the pipeline hears in so many parts: a signal costs it five events. */
const partsOfRun = 5;

export interface NewsOptions {
  client: Client;
  runId: string;
  steps: number;
  saveEvery: number;
  /** Which steps somebody waits for; all where not known. */
  sweptSteps?: readonly number[];
  /** Up to it all was told by attempts before. */
  toldStep: number;
  /** A sentence about what could not be told yet. */
  onTrouble(sentence: string): void;
}

/**
 * Tells the sweep and the pipeline of checkpoints while training goes on. Never waited for: what can't be told now is
 * told at the next chance, in order, each workflow for itself.
 */
export class CheckpointNews {
  readonly #pending = new Map<string, CheckpointSaved[]>();
  readonly #held: CheckpointSaved[] = [];
  /** The last step that was to be told. */
  #last: number;
  readonly #telling = new Map<string, Promise<void>>();
  readonly #over = new AbortController();

  constructor(private readonly options: NewsOptions) {
    this.#last = options.toldStep;
  }

  tell(saved: CheckpointSaved): void {
    const { runId, sweptSteps } = this.options;
    this.#last = Math.max(this.#last, saved.step);
    const isSwept = !sweptSteps || sweptSteps.includes(saved.step);
    if (isSwept) this.#tell(sweepWorkflowIdOf(runId), [saved]);
    this.#held.push(saved);
    if (isSwept || this.#isDue(saved.step)) this.#tell(workflowIdOf(runId), this.#held.splice(0));
  }

  /** What attempts before may not have got told, as one message each. */
  retell(published: CheckpointSaved[]): void {
    const { runId, sweptSteps, toldStep } = this.options;
    // A run may take a thousand attempts: each message costs its history five events.
    const saved = published.filter(({ step }) => step > toldStep);
    this.#last = Math.max(this.#last, ...saved.map(({ step }) => step));
    const swept = saved.filter(({ step }) => !sweptSteps || sweptSteps.includes(step));
    if (swept.length > 0) this.#tell(sweepWorkflowIdOf(runId), swept);
    if (saved.length > 0) this.#tell(workflowIdOf(runId), saved);
  }

  /** One last try for all that is left, of bounded length. @returns the step up to which all is told */
  async end(): Promise<number> {
    if (this.#held.length > 0) this.#tell(workflowIdOf(this.options.runId), this.#held.splice(0));
    await Promise.race([Promise.all(this.#telling.values()), delay(lastWordMs, undefined, { ref: false })]);
    this.#over.abort();
    const isAllTold = [...this.#pending.values()].every((left) => left.length === 0);
    return isAllTold ? this.#last : 0;
  }

  #isDue(step: number): boolean {
    const { steps, saveEvery } = this.options;
    const count = Math.floor(steps / saveEvery);
    return (step / saveEvery) % Math.ceil(count / partsOfRun) === 0 || step / saveEvery === count;
  }

  #tell(workflowId: string, saved: CheckpointSaved[]): void {
    this.#pending.set(workflowId, [...(this.#pending.get(workflowId) ?? []), ...saved]);
    if (!this.#telling.has(workflowId)) {
      this.#telling.set(
        workflowId,
        this.#pump(workflowId).finally(() => this.#telling.delete(workflowId)),
      );
    }
  }

  async #pump(workflowId: string): Promise<void> {
    const { client, onTrouble } = this.options;
    let complainedOf: CheckpointSaved | null = null;
    for (;;) {
      const [first, ...others] = this.#pending.get(workflowId) ?? [];
      if (!first || this.#over.signal.aborted) return;
      try {
        // The SDK would end calls of a cancelled activity; the last checkpoint is told just then.
        await client.withAbortSignal(this.#over.signal, () =>
          client.withDeadline(Date.now() + signalTimeoutMs, () =>
            client.workflow
              .getHandle(workflowId)
              .signal<[CheckpointSaved, ...CheckpointSaved[]]>('checkpointSaved', first, ...others),
          ),
        );
        this.#pending.set(workflowId, (this.#pending.get(workflowId) ?? []).slice(1 + others.length));
      } catch (error) {
        // The sweep may not have started yet, Temporal may be away: once is enough to say so.
        if (first !== complainedOf) onTrouble(troubleWith(workflowId, first.step, error as Error));
        complainedOf = first;
        await delay(retryEveryMs, undefined, { signal: this.#over.signal, ref: false }).catch(() => undefined);
      }
    }
  }
}

const troubleWith = (workflowId: string, step: number, { message, name }: Error): string =>
  `${workflowId} was not told of checkpoint ${step} yet: ${message || name}`;
