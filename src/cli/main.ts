import { CommanderError } from 'commander';
import { exitCodeOfError, exitCodes } from './exit-codes.js';
import { say } from './output.js';
import { createProgram } from './program.js';

/** Runs one command. @returns the exit code. */
async function main(argv: string[]): Promise<number> {
  const program = await createProgram(argv[2]);
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    return explain(error);
  }
}

function explain(error: unknown): number {
  const code = exitCodeOfError(error);
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  // A bug needs its place; a mistake of the person's needs only its sentence.
  const isUnknown = code === exitCodes.failed && (error as { name?: string }).name !== 'AzitClientError';
  say(isUnknown || process.env.AZIT_DEBUG ? (stack ?? message) : message);
  return code;
}

// A reader that has seen enough (`azit status | head -1`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
});

process.exitCode = await main(process.argv);
