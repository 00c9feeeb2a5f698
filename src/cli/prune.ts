import { isTemporalConfigured, type Pruned } from '../client/index.js';
import { Embedded } from '../embedded/index.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say } from './output.js';
import { freedWords, heldWords } from './remove.js';
import { withSession } from './session.js';

interface Flags {
  /** In milliseconds. */
  olderThan?: number;
  keep?: 'chosen';
  dryRun?: boolean;
  json?: boolean;
}

export async function pruneCommand({ olderThan, keep, dryRun = false, json = false }: Flags): Promise<number> {
  if (!isTemporalConfigured() && !Embedded.hasRuns()) {
    if (json) printJson({ removed: [], cutDown: [], elsewhere: [], freedBytes: 0, files: 0, heldBytes: 0, dryRun });
    else say('no runs');
    return exitCodes.done;
  }
  return await withSession({ needs: 'server' }, async ({ client }) => {
    const pruned = await client.prune({ olderThanMs: olderThan, keepChosen: keep === 'chosen', dryRun });
    if (json) printJson({ ...pruned, dryRun });
    else for (const line of linesOf(pruned, dryRun)) printResult(line);
    if (json) return exitCodes.done;
    for (const id of pruned.elsewhere)
      say(
        `${id} was started on another Temporal server and its end is not recorded, so everything stored or reused since its start stays. ` +
          `If that server is gone, run \`azit remove ${id} --force\`.`,
      );
    if (pruned.heldBytes > 0) say(heldWords(pruned));
    return exitCodes.done;
  });
}

function linesOf({ removed, cutDown, ...tidied }: Pruned, dryRun: boolean): string[] {
  const verb = (done: string) => (dryRun ? `would be ${done}` : done);
  return [
    ...removed.map((id) => `${id}: ${verb('removed')}`),
    ...cutDown.map((id) => `${id}: ${verb('cut down')} to its report and chosen checkpoint`),
    freedWords(tidied, dryRun),
  ];
}
