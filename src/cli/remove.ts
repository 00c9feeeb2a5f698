import type { Tidied } from '../upkeep/tidy.js';
import { byteWords } from '../text/figures.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say } from './output.js';
import { withExistingRun } from './session.js';

export async function removeCommand(
  id: string,
  { dryRun = false, force = false, json = false }: { dryRun?: boolean; force?: boolean; json?: boolean },
): Promise<number> {
  return await withExistingRun(id, 'server', async ({ client }) => {
    const tidied = await client.remove(id, { dryRun, force });
    if (json) printJson({ runId: id, action: 'remove', dryRun, ...tidied });
    else printResult(`${id}: ${dryRun ? 'would be removed' : 'removed'}; ${freedWords(tidied, dryRun)}`);
    if (!json && tidied.heldBytes > 0) say(heldWords(tidied));
    return exitCodes.done;
  });
}

export const freedWords = ({ freedBytes, files }: Tidied, dryRun: boolean): string =>
  `${byteWords(freedBytes)} in ${files} ${files === 1 ? 'file' : 'files'} ${dryRun ? 'would be freed' : 'freed'}`;

/** Work under way may rely on what was touched since it began. */
export const heldWords = ({ heldBytes }: Tidied): string =>
  `${byteWords(heldBytes)} more stay for now: they were stored or used so recently that a run may still rely on them. Run \`azit prune\` later.`;
