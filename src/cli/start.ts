import { startProject } from './start-project.js';
import { loadProject } from '../project/load.js';
import type { Freshness } from '../run/fresh.js';
import { missingWorkerWords } from './missing-workers.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say } from './output.js';
import { withSession } from './session.js';
import { sweepNotes } from './sweep-notes.js';

export async function startCommand(
  file: string,
  options: { id?: string; fresh?: Freshness; json?: boolean },
): Promise<number> {
  const project = await loadProject(file);
  for (const note of [...project.notes, ...sweepNotes(project.project.sweep)]) say(note);
  return await withSession({ needs: 'server' }, async (session) => {
    const { client, embedded, uiUrlOf } = session;
    const { run, editors } = await startProject(client, project, options);
    const { runId, workflowId } = run;
    if (options.json) printJson({ runId, workflowId, projectSha256: project.projectSha256 });
    else printResult(runId);
    const url = uiUrlOf(runId);
    if (url && !embedded?.isOwner) say(`watch it in Temporal's UI: ${url}`);
    if (!(await run.isOver()))
      for (const line of await missingWorkerWords(session, {
        family: project.project.model,
        runId,
        editors,
      }))
        say(line);
    return exitCodes.done;
  });
}
