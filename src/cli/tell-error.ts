import { failureTypeOf, fixOf } from '../run/failures.js';
import { say } from './output.js';

/** What went wrong, and the fix of the table: each on a line of its own. */
export function errorLines(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const type = failureTypeOf(error);
  return type === null ? [message] : [message, `fix: ${fixOf(type, 'command')}`];
}

/** As the last words of a command. A bug needs its place; what the table knows only its sentences. */
export function tellError(error: unknown): void {
  const [message, ...fix] = errorLines(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const isBug = fix.length === 0;
  for (const line of [isBug || process.env.AZIT_DEBUG ? (stack ?? message) : message, ...fix]) say(line);
}
