import { join } from 'node:path';
import { pairSentence } from '../comparison/comparison.js';
import { exitCodes } from './exit-codes.js';
import { outFolder } from './out-folder.js';
import { printJson, printResult, say, UsageError } from './output.js';
import { withExistingRun } from './session.js';

/** Beyond, neither chart nor page can be read. */
const mostCompared = 12;

export async function compareCommand(
  ids: string[],
  { out, json = false }: { out?: string; json?: boolean },
): Promise<number> {
  const [first] = ids;
  if (new Set(ids).size !== ids.length) throw new UsageError('Give each run once.');
  if (ids.length < 2 || ids.length > mostCompared) throw new UsageError(`Give 2 to ${mostCompared} runs to compare.`);
  const folder = await outFolder(out ?? `azit-compare-${ids.slice(0, 2).join('-')}`);
  return await withExistingRun(first, 'queries', async ({ client }) => {
    const comparison = await client.compare(ids, folder);
    const page = join(folder, 'comparison.html');
    if (json) printJson({ ...comparison, directory: folder, html: page });
    else printResult(page);
    for (const pair of comparison.pairs) say(pairSentence(pair));
    return exitCodes.done;
  });
}
