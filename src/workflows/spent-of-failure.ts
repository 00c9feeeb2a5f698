import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { spentIn, type Spent } from '../run/spent.js';

/** What the attempts of an activity that did not succeed have spent; null where it does not say. */
export function spentOfFailure(error: unknown): Spent | null {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return spentOfFailure(error.cause);
  if (error instanceof TimeoutFailure) return spentIn(error.lastHeartbeatDetails) ?? spentOfFailure(error.cause);
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return spentIn(error.details?.[0]);
  return null;
}
