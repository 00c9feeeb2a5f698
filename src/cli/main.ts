import { CommanderError } from 'commander';
import { exitCodeOfError, exitCodes } from './exit-codes.js';
import { withFreshAll } from './option-values.js';
import { createProgram } from './program.js';
import { tellError } from './output.js';

/** Runs one command. @returns the exit code. */
async function main(argv: string[]): Promise<number> {
  const program = await createProgram(argv[2]);
  try {
    await program.parseAsync(withFreshAll(argv));
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    tellError(error);
    return exitCodeOfError(error);
  }
}

// A reader that has seen enough (`azit status | head -1`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  const unwritten = Object.assign(new Error(`The output can't be written (${error.code}).`), { code: error.code });
  tellError(unwritten);
  process.exit(exitCodeOfError(unwritten));
});
// Nobody hears what it would say: the command and its exit code stay what they are.
process.stderr.on('error', () => undefined);

process.exitCode = await main(process.argv);
