import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

/** Stands before a role's activities and stops its workers while no work should come to them. */
export interface WorkerGate extends ActivityInboundCallsInterceptor {
  readonly isClosed: boolean;
  /** Why it closed last, for people; null where it is said elsewhere. */
  readonly reason: string | null;
  /** Whether it opens after a while although nobody has seen that it may: for one unit, as a trial. */
  readonly triesAgain: boolean;
  /** @returns what ends the listening. */
  onClosed(listener: () => void): () => void;
  /** Resolves when work may come again, or at the signal. */
  opened(signal?: AbortSignal): Promise<void>;
}
