import type { CheckpointSaved } from '../run/training-record.js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { workflowIdOf } from '../project/names.js';

/** One signal; a half-open connection would take minutes to say that nobody is there. */
const signalTimeoutMs = 5_000;
const retryEveryMs = 5_000;
/** At an attempt's end; what is not told by then, the activity's result or the next attempt tells. */
const lastWordMs = 5_000;
/** Of the checkpoints that nobody waits for, the pipeline hears in so many parts: a signal costs it five events. */
const partsOfRun = 5;

export interface SignalOptions {
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
 * Tells the pipeline of checkpoints while training goes on; it tells the sweep. Never waited for: what can't be told now
 * is told at the next chance, in order.
 */
export class CheckpointSignals {
  /** Nobody waits for these: they go with the next that somebody does, or that is due. */
  #held: CheckpointSaved[] = [];
  #pending: CheckpointSaved[] = [];
  /** The last step that was to be told. */
  #last: number;
  #telling: Promise<void> | null = null;
  readonly #over = new AbortController();

  constructor(private readonly options: SignalOptions) {
    this.#last = options.toldStep;
  }

  tell(saved: CheckpointSaved): void {
    const { sweptSteps } = this.options;
    this.#last = Math.max(this.#last, saved.step);
    this.#held.push(saved);
    const isSwept = !sweptSteps || sweptSteps.includes(saved.step);
    if (isSwept || this.#isDue(saved.step)) this.#sendHeld();
  }

  /** What attempts before may not have got told, as one message. */
  retell(published: CheckpointSaved[]): void {
    // A run may take a thousand attempts: each message costs its history five events.
    const saved = published.filter(({ step }) => step > this.options.toldStep);
    this.#last = Math.max(this.#last, ...saved.map(({ step }) => step));
    this.#held.push(...saved);
    this.#sendHeld();
  }

  /** One last try for all that is left, of bounded length. @returns the step up to which all is told */
  async end(): Promise<number> {
    this.#sendHeld();
    await Promise.race([this.#telling, delay(lastWordMs, undefined, { ref: false })]);
    this.#over.abort();
    return this.#pending.length === 0 ? this.#last : 0;
  }

  #isDue(step: number): boolean {
    const { steps, saveEvery } = this.options;
    const count = Math.floor(steps / saveEvery);
    return (step / saveEvery) % Math.ceil(count / partsOfRun) === 0 || step / saveEvery === count;
  }

  #sendHeld(): void {
    this.#pending.push(...this.#held.splice(0));
    if (this.#pending.length > 0) this.#telling ??= this.#send().finally(() => (this.#telling = null));
  }

  async #send(): Promise<void> {
    const { client, runId, onTrouble } = this.options;
    const workflowId = workflowIdOf(runId);
    let complainedOf: CheckpointSaved | null = null;
    for (;;) {
      const [first, ...others] = this.#pending;
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
        this.#pending.splice(0, 1 + others.length);
      } catch (error) {
        // Temporal may be away: once is enough to say so.
        if (first !== complainedOf) onTrouble(troubleWith(workflowId, first.step, error as Error));
        complainedOf = first;
        await delay(retryEveryMs, undefined, { signal: this.#over.signal, ref: false }).catch(() => undefined);
      }
    }
  }
}

const troubleWith = (workflowId: string, step: number, { message, name }: Error): string =>
  `could not report checkpoint ${step} to ${workflowId} yet: ${message || name}`;
