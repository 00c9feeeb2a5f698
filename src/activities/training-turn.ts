import { activityInfo } from '@temporalio/activity';
import { isAtWork, type Holder } from './holder.js';
import type { Claim, TrainingRecords } from './training-records.js';

const firstLookMs = 5_000;
const longestPauseMs = 2 * 60_000;

/** Another run trains the very same: this one looks again later, and takes what is there by then. */
export class DoneElsewhereError extends Error {
  override readonly name = 'DoneElsewhereError';
  readonly type = 'done-elsewhere';
  readonly retryAfterMs = Math.min(longestPauseMs, firstLookMs * 1.2 ** (activityInfo().attempt - 1));
  constructor({ runId }: Holder) {
    super(`Run ${runId} trains the same LoRA at the moment: this run uses its checkpoints as they come.`);
  }
}

/**
 * The states of a training's turn, by its last claim in the store.
 * Free: there is no claim, it is this run's, or Temporal says that its attempt no longer works. Whoever appends the next
 * number first owns the training; the others read again.
 * Taken: another run's attempt works. This one fails as `done-elsewhere`; Temporal retries it after 5 s, at most 2 min.
 * Fenced: a newer claim follows ours. The attempt finds out when it publishes its next checkpoint (`publication.ts`).
 * @returns this attempt's claim and the one before it, or the holder that is at work
 */
export async function takeTurn(
  records: TrainingRecords,
  claim: Omit<Claim, 'generation' | 'holder'> & { holder: Holder },
): Promise<{ claim: Claim; before: Claim | null } | Holder> {
  for (;;) {
    const before = await records.owner();
    if (before?.holder && before.holder.runId !== claim.holder.runId && (await isAtWork(before.holder)))
      return before.holder;
    const own = await records.claimAfter(before, claim);
    if (own && (await isInChain(own, records))) return { claim: own, before };
  }
}

/** Whoever removes a training that no run needs begins with its first claim: behind a chain that is gone nobody finds ours. */
const isInChain = async ({ generation }: Claim, records: TrainingRecords): Promise<boolean> =>
  ((await records.owner())?.generation ?? 0) >= generation;
