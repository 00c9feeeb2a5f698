import { fault, type Fault } from './errors.js';
import type { TrainerExit } from './launch.js';
import type { PreparedAttempt, TrainerProgram } from './program.js';

export interface Ending {
  exit: TrainerExit;
  jobError: Fault | null;
  /** The last lines that it has printed. */
  lastLines: string[];
  /** Every step that was to be delivered, and those that were. */
  steps: number[];
  delivered: number[];
  reasons: ReadonlyMap<number, string>;
  typeOf: TrainerProgram['typeOf'];
  finalFault: PreparedAttempt['finalFault'];
}

/** What is wrong with how the trainer ended, or null. Its exit code alone says neither success nor failure. */
export async function judgeEnding(ending: Ending): Promise<Fault | null> {
  return ending.jobError ?? exitFault(ending) ?? missingFault(ending) ?? (await ending.finalFault());
}

/** What Python says last of what nobody has caught: `ImportError: No module named torch`. */
const uncaught = /^(?:\w+\.)*\w*(?:Error|Exception): .+/;

function exitFault({ exit, lastLines, typeOf }: Ending): Fault | null {
  if ('spawnError' in exit) {
    return fault('training-hopeless', `Could not start the trainer: ${exit.spawnError.message}.`);
  }
  if (exit.signal) {
    const why = exit.signal === 'SIGKILL' ? '; the system does this when memory runs out' : '';
    return fault('training-failed', `The trainer was killed (${exit.signal}${why}).`);
  }
  // 126 and 127: the words of env, setpriv and shells for a command that can't be run or is not there.
  if (exit.code === 126 || exit.code === 127) {
    return fault('training-hopeless', 'Could not start the trainer: its command is missing or not executable.');
  }
  if (exit.code === 0) return null;
  const cause = `The trainer exited with code ${exit.code}`;
  const said = lastLines.findLast((line) => uncaught.test(line));
  return said ? fault(typeOf(said), `${cause}: ${said}`) : fault('training-failed', `${cause}.`);
}

/** Exit code 0 is also what an interrupted trainer gives. */
function missingFault({ steps, delivered, reasons, exit, typeOf }: Ending): Fault | null {
  const missing = steps.filter((step) => !delivered.includes(step));
  if (missing.length === 0) return null;
  const reason = reasons.get(missing[0]);
  const code = 'code' in exit ? exit.code : null;
  const cause = `The trainer exited with code ${code}, but checkpoint ${missing[0]} is missing`;
  return fault(typeOf(reason ?? ''), reason ? `${cause}: ${reason.replace(/\.$/, '')}.` : `${cause}.`);
}
