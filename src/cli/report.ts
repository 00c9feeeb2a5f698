import { reportFolderOf } from '../export/names.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult } from './output.js';
import { outFolder } from './out-folder.js';
import { withExistingRun } from './session.js';

export async function reportCommand(
  id: string,
  { out, keepMetadata = false, json = false }: { out?: string; keepMetadata?: boolean; json?: boolean },
): Promise<number> {
  const folder = await outFolder(out ?? reportFolderOf(id));
  return await withExistingRun(id, 'server', async ({ client, embedded }) => {
    const run = client.run(id);
    // A completed run has its report stored; of another one a worker has to be asked.
    const isCompleted = (await run.isOver()) && (await run.outcome()).kind === 'completed';
    if (!isCompleted || keepMetadata) await embedded?.raise('queries');
    const { html, json: document, directory } = await run.report(folder, { keepMetadata });
    if (json) printJson({ runId: id, workflowId: run.workflowId, directory, html, json: document });
    else printResult(html);
    return exitCodes.done;
  });
}
