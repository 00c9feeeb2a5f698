import { exitCodes } from './exit-codes.js';
import { printJson, printResult } from './output.js';

export interface Check {
  what: string;
  ok: boolean;
  found: string;
  /** What to do where it is not. */
  cure: string | null;
  /** Whether nothing works without it. */
  needed: boolean;
  /** In place of ok and missing. */
  mark?: 'ok' | 'warning' | 'unchecked';
}

/** What a doctor has found of one thing that it looked at. */
export interface Examined {
  ok: boolean;
  /** For people: a line each. */
  lines: string[];
  /** For programs. */
  document: object;
}

export function examinedOf(checks: Check[]): Examined {
  const ok = checks.every((check) => check.ok || !check.needed);
  const lines = checks.map(
    ({ what, ok: sound, found, cure, mark }) =>
      `${(mark ?? (sound ? 'ok' : 'missing')).padEnd(8)} ${what}: ${found}${!sound && cure ? `. ${cure}` : ''}`,
  );
  return { ok, lines, document: { ok, checks } };
}

/** @param document in place of the one thing's own. @returns the exit code. */
export function reportExamined(examined: Examined[], json = false, document?: object): number {
  const ok = examined.every((each) => each.ok);
  if (json) printJson(document ?? examined[0].document);
  else for (const line of examined.flatMap(({ lines }) => lines)) printResult(line);
  return ok ? exitCodes.done : exitCodes.needsHelp;
}
