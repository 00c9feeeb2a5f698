import type { ReportRecord } from '../run/record.js';
import type { RunStatus } from '../run/messages.js';

/** How Temporal says that a run ended. */
export interface Ended {
  how: string;
  at: string;
}

const stateOf = ({ how }: Ended): 'completed' | 'cancelled' | 'failed' =>
  how === 'COMPLETED' ? 'completed' : how === 'CANCELLED' ? 'cancelled' : 'failed';

/** One that was terminated was told nothing: by its own word it goes on, and waits for a person. */
export function endedStatus(status: RunStatus, ended: Ended | null): RunStatus {
  if (!ended || status.finishedAt !== null) return status;
  return { ...status, state: stateOf(ended), finishedAt: ended.at, waitingFor: null, help: null };
}

export function endedReport(record: ReportRecord, ended: Ended | null): ReportRecord {
  if (!ended || record.run.finishedAt !== null) return record;
  return { ...record, run: { ...record.run, state: stateOf(ended), finishedAt: ended.at }, waitingFor: null };
}
