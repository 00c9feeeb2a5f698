import type { Survey, SurveyedRun } from '../upkeep/survey.js';
import { AzitClientError } from './errors.js';

/** One of another Temporal, or one whose start is under way, by its note alone; older ones without a run came to nothing. */
const startingForMs = 24 * 60 * 60_000;

/** When a run began that is under way elsewhere, by what the store knows; null where it is not. */
export function underWayElsewhereSince(run: SurveyedRun, namespaceId: string, nowMs: number): number | null {
  if (run.temporal || run.removal || run.records.at(-1)?.value.finishedAt) return null;
  const since = run.starts
    .map(({ note }) => ({ ...note, atMs: Date.parse(note.at) }))
    .filter(({ namespaceId: of, atMs }) => of !== namespaceId || nowMs - atMs < startingForMs)
    .map(({ atMs }) => atMs);
  return since.length === 0 ? null : Math.min(...since);
}

/** When a run ended, in epoch milliseconds, by its record or else by Temporal; one that Temporal forgot before counts from its start. */
export function endOf({ records, temporal }: SurveyedRun, closedAtMs: number | null): number | null {
  const kept = records.at(-1)?.value;
  if (kept?.finishedAt) return Date.parse(kept.finishedAt);
  if (temporal) return closedAtMs;
  return kept ? Date.parse(kept.startedAt) : null;
}

/** Of a run whose record can't be read nobody knows what it needs. @throws AzitClientError refused */
export function requireReadable({ runs }: Survey, gone: SurveyedRun[]): void {
  for (const run of runs.values())
    if (run.problem && !gone.includes(run))
      throw new AzitClientError(
        'refused',
        `Can't tell what the run '${run.runId}' needs: ${run.problem.message} Restore its record from a backup, or remove that run first.`,
      );
}
