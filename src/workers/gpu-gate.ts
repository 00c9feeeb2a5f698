import { setTimeout as delay } from 'node:timers/promises';
import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit, SlotReserveContext } from '@temporalio/worker';
import type { GpuLease } from '../gpu/index.js';

const lookEveryMs = 500;

/**
 * Asks for work only while nobody has the GPU: a unit that would wait for hours here stays in the queue, for a worker
 * that has a GPU free. One unit at a time.
 */
export class GpuGate implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  #isTaken = false;

  constructor(private readonly leases: readonly GpuLease[]) {}

  async reserveSlot(_context: SlotReserveContext, signal: AbortSignal): Promise<SlotPermit> {
    for (;;) {
      signal.throwIfAborted();
      if (!this.#isTaken && (await this.#isFree())) break;
      await delay(lookEveryMs, undefined, { signal });
    }
    this.#isTaken = true;
    return {};
  }

  /** Asked for without time to look: what needs a GPU is not started eagerly. */
  tryReserveSlot(): SlotPermit | null {
    return null;
  }

  markSlotUsed(): void {}

  releaseSlot(): void {
    this.#isTaken = false;
  }

  async #isFree(): Promise<boolean> {
    const holders = await Promise.all(this.leases.map((lease) => lease.holder()));
    return holders.every((holder) => holder === null);
  }
}
