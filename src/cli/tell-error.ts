import { failureTypeOf, fixLineOf } from '../run/failures.js';
import { say } from './output.js';

/** What went wrong, and the fix of the table where the message does not name it: each on a line of its own. */
export function errorLines(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const type = failureTypeOf(error);
  const fix = type === null ? null : fixLineOf(type);
  return fix === null ? [message] : [message, fix];
}

/** As the last words of a command. A bug needs its place; what the table knows only its sentences. */
export function tellError(error: unknown): void {
  const [message, ...fix] = errorLines(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const isBug = failureTypeOf(error) === null;
  for (const line of [isBug || process.env.AZIT_DEBUG ? (stack ?? message) : message, ...fix]) say(line);
}
