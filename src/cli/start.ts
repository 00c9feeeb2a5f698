import { loadProject } from '../spec/load.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say } from './output.js';
import { withSession } from './session.js';
import { unservedWords } from './unserved.js';

export async function startCommand(file: string, options: { id?: string; json?: boolean }): Promise<number> {
  const project = await loadProject(file);
  for (const note of project.notes) say(note);
  return await withSession({ needs: 'server' }, async ({ client, embedded, uiUrlOf }) => {
    const { runId, workflowId } = await client.start(project, { id: options.id });
    if (options.json) printJson({ runId, workflowId, projectSha256: project.projectSha256 });
    else printResult(runId);
    const url = uiUrlOf(runId);
    if (url && !embedded?.isOwner) say(`watch it in Temporal's UI: ${url}`);
    if (!embedded) for (const line of await unservedWords(client, project.project.model)) say(line);
    if (embedded?.isOwner) say('It is recorded; `azit run` with its file, `azit watch` or `azit up` carries it on.');
    return exitCodes.done;
  });
}
