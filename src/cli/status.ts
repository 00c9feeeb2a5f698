import { isTemporalConfigured, type ListedRun, type Progress } from '../client/index.js';
import { Embedded } from '../embedded/index.js';
import { askWords, checkpointLines, measureLines, NowLines, stageLines, takeHomeWords } from './display/index.js';
import type { RunStatus } from '../workflows/types.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { gateFiles } from './gate-files.js';
import { plain, printJson, printResult, say, table } from './output.js';
import { withExistingRun, withSession } from './session.js';
import { unservedWords } from './unserved.js';

export async function statusCommand(id: string | undefined, { json }: { json?: boolean }): Promise<number> {
  return id === undefined ? await list(json) : await showOne(id, json);
}

async function showOne(id: string, json: boolean | undefined): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client, embedded }) => {
    const run = client.run(id);
    const progress = await run.progress();
    const { status, activities } = progress;
    const files = await gateFiles(run, status);
    if (json) printJson({ ...withPaths(status, files), activities });
    else printResult(statusText(progress, files));
    if (status.state === 'running' && !embedded)
      for (const line of await unservedWords(client, status.model, activities)) say(line);
    return exitCodeOf(status.state);
  });
}

async function list(json: boolean | undefined): Promise<number> {
  const runs =
    !isTemporalConfigured() && !Embedded.hasRuns()
      ? []
      : await withSession({ needs: 'server' }, async ({ client }) => await client.list());
  if (json) printJson(runs);
  else if (runs.length === 0) say('no runs');
  else printResult(listText(runs));
  return exitCodes.done;
}

/** Programs open what a gate offers as people do. */
function withPaths(status: RunStatus, files: readonly string[]): object {
  const { waitingFor } = status;
  if (!waitingFor) return status;
  const options = waitingFor.options.map((option, at) => ({ ...option, path: files[at] ?? null }));
  return { ...status, waitingFor: { ...waitingFor, options } };
}

export function statusText(progress: Progress, files: readonly string[] = []): string {
  const { status } = progress;
  const lines = [
    `${status.runId} · ${status.name} (${status.model}) · ${status.state}`,
    ...stageLines(status),
    ...(status.finishedAt === null ? new NowLines().of(progress).map((line) => `now: ${line}`) : []),
    ...checkpointLines(status),
    ...measureLines(status),
    ...askWords(status, files),
    ...takeHomeWords(status),
  ];
  return lines.map(plain).join('\n');
}

function listText(runs: readonly ListedRun[]): string {
  const rows = runs.map(({ runId, name, model, state, startedAt }) => [runId, name, model, state, startedAt]);
  return plain(table([['id', 'name', 'model', 'state', 'started'], ...rows]));
}
