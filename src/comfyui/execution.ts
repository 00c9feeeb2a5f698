/** When the server ran a prompt, by its own clock, in milliseconds since 1970. */
export interface Execution {
  startedAtMs: number;
  endedAtMs: number;
}

/** The log tells local time in a zone that nobody names; all zones are whole quarters of an hour apart. */
const zoneStepMs = 15 * 60_000;
/** A message of the history is stamped just after the log's line. */
const roundingMs = 5;

/** Whether a line of the log, stamped `2026-11-24T10:00:00.123456`, was written while one of these ran. */
export function isWrittenDuring(executions: readonly Execution[], stamp: string): boolean {
  const at = Date.parse(`${stamp.slice(0, 23)}Z`);
  // Without a time it may have been.
  if (Number.isNaN(at)) return true;
  return executions.some(({ startedAtMs, endedAtMs }) => {
    const from = startedAtMs - roundingMs;
    const after = (((at - from) % zoneStepMs) + zoneStepMs) % zoneStepMs;
    return after <= endedAtMs + roundingMs - from;
  });
}
