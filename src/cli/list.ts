import type { ListedRun } from '../client/index.js';
import { isTemporalConfigured } from '../client/index.js';
import { Embedded } from '../embedded/index.js';
import type { StoreUsage } from '../upkeep/usage.js';
import { byteWords } from '../text/figures.js';
import { exitCodes } from './exit-codes.js';
import { plain, printJson, printResult, say, table } from './output.js';
import { withSession } from './session.js';
import { statusCommand } from './status.js';

/** All runs; with `--disk` what each holds of the artifact store. */
export async function listCommand({ disk = false, json = false }: { disk?: boolean; json?: boolean }): Promise<number> {
  if (!disk) return await statusCommand(undefined, { json });
  if (!isTemporalConfigured() && !Embedded.hasRuns()) return printUsage([], null, json);
  return await withSession({ needs: 'server' }, async ({ client }) => {
    const usage = await client.storage();
    const runs = await client.list(Math.max(usage.runs.size, 1));
    return printUsage(runs, usage, json);
  });
}

function printUsage(runs: readonly ListedRun[], usage: StoreUsage | null, json: boolean): number {
  const { unneeded = 0, total = 0 } = usage ?? {};
  const rows = runs.map((run) => ({ ...run, disk: usage?.runs.get(run.runId) ?? { alone: 0, shared: 0 } }));
  if (json) printJson({ runs: rows, unneededBytes: unneeded, totalBytes: total });
  else if (rows.length === 0) say('no runs');
  else printResult(plain(table([['id', 'state', 'started', 'its own', 'shared'], ...rows.map(cellsOf)])));
  if (!json && usage) say(`${byteWords(total)} in all, ${byteWords(unneeded)} of it needed by no run`);
  return exitCodes.done;
}

const cellsOf = ({ runId, state, startedAt, disk }: ListedRun & { disk: { alone: number; shared: number } }) => [
  runId,
  state,
  startedAt,
  byteWords(disk.alone),
  byteWords(disk.shared),
];
