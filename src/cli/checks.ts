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
}

/** Prints what a doctor has found. @returns the exit code. */
export function reportChecks(checks: Check[], json = false): number {
  const ok = checks.every((check) => check.ok || !check.needed);
  if (json) printJson({ ok, checks });
  else
    for (const { what, ok: sound, found, cure } of checks)
      printResult(`${sound ? 'ok      ' : 'missing '} ${what}: ${found}${!sound && cure ? `. ${cure}` : ''}`);
  return ok ? exitCodes.done : exitCodes.needsHelp;
}
