import {
  isTemporalConfigured,
  type ListedRun,
  type Progress,
  type RunHandle,
  type RunOutcome,
} from '../client/index.js';
import { Embedded } from '../embedded/index.js';
import {
  askWords,
  checkpointLines,
  findingLines,
  measureLines,
  NowLines,
  stageLines,
  takeHomeWords,
} from './display/index.js';
import { stateWord, type RunStatus } from '../run/messages.js';
import { addSpent, gpuTime, nothingSpent, spentWords } from '../run/spent.js';
import { mixedServersWords } from '../run/render-server.js';
import { missingWorkerWords } from './missing-workers.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { gateFiles } from './gate-files.js';
import { plain, printJson, printResult, say, table } from './output.js';
import { withExistingRun, withSession, type Session } from './session.js';

/** Each costs two calls; workers that are busy for an older run only are rare. */
const mostLookedAt = 20;

export async function statusCommand(id: string | undefined, { json }: { json?: boolean }): Promise<number> {
  return id === undefined ? await list(json) : await showOne(id, json);
}

async function showOne(id: string, json: boolean | undefined): Promise<number> {
  return await withExistingRun(id, 'queries', async (session) => {
    const run = session.client.run(id);
    const progress = await run.progress();
    const { status, activities } = progress;
    const files = await gateFiles(run, status);
    const ofRun = { family: status.model, runId: id, activities };
    const otherStore = await run.requireStore().then(
      () => [],
      ({ message }: Error) => [message],
    );
    const failure = status.state === 'failed' ? await failureOf(run) : null;
    const uncarried = status.state === 'running' ? await missingWorkerWords(session, ofRun) : [];
    const warnings = [...otherStore, ...uncarried];
    const mixed = mixedServersWords(status.sweepServers ?? []);
    const all = [...warnings, ...(mixed ? [mixed] : [])];
    if (json) printJson({ ...withPaths(status, files), activities, failure, warnings: all });
    else printResult([statusText(progress, files), ...failureLines(failure)].join('\n'));
    for (const line of warnings) say(line);
    return exitCodeOf(status.state);
  });
}

type Failure = Pick<Extract<RunOutcome, { kind: 'failed' }>, 'reason' | 'fix'>;

/** Why it failed: the run's own status ends before its failure does. */
async function failureOf(run: RunHandle): Promise<Failure | null> {
  const outcome = await run.outcome();
  return outcome.kind === 'failed' ? { reason: outcome.reason, fix: outcome.fix } : null;
}

const failureLines = (failure: Failure | null): string[] =>
  failure ? [`the run failed: ${failure.reason}`, ...(failure.fix ? [`fix: ${failure.fix}`] : [])].map(plain) : [];

async function list(json: boolean | undefined): Promise<number> {
  if (!isTemporalConfigured() && !Embedded.hasRuns()) return printList([], json);
  return await withSession({ needs: 'server' }, async (session) => {
    const runs = await session.client.list();
    printList(runs, json);
    for (const line of await standingWords(session, runs)) say(line);
    return exitCodes.done;
  });
}

function printList(runs: readonly ListedRun[], json: boolean | undefined): number {
  if (json) printJson(runs);
  else if (runs.length === 0) say('no runs');
  else printResult(listText(runs));
  return exitCodes.done;
}

/** Of the runs that are under way, what they wait for and nobody does. */
async function standingWords(session: Session, runs: readonly ListedRun[]): Promise<string[]> {
  const running = runs.filter(({ state }) => state === 'running');
  const families = [...new Set(running.map(({ model }) => model))];
  const runId = running.length === 1 ? running[0].runId : undefined;
  const newest = running.slice(0, mostLookedAt).map((run) => session.client.run(run.runId).activities());
  const activities = (await Promise.all(newest)).flat();
  const words = await Promise.all(families.map((family) => missingWorkerWords(session, { family, runId, activities })));
  return [...new Set(words.flat())];
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
    `${status.runId} · ${status.name} (${status.model}) · ${stateWord(status)}`,
    ...stageLines(status),
    ...coverageLines(status),
    ...findingLines(status),
    ...(status.finishedAt === null ? new NowLines().of(progress).map((line) => `now: ${line}`) : []),
    ...checkpointLines(status),
    ...spentLines(status),
    ...measureLines(status),
    ...askWords(status, files),
    ...takeHomeWords(status),
  ];
  return lines.map(plain).join('\n');
}

/** Of the views of stages 03 and 04: how many have an image, and what is lacking. */
function coverageLines({ coverage }: RunStatus): string[] {
  if (!coverage) return [];
  const { views, kept, renders, lacks } = coverage;
  return [`coverage: ${kept} of ${views} views, ${renders} renders`, ...(lacks ? [`lacking: ${lacks}`] : [])];
}

/** By GPUs, or the sandbox's CPUs, on what has ended. */
function spentLines({ spent = [], budget, model }: RunStatus): string[] {
  if (spent.length === 0) return [];
  const all = spent.reduce(addSpent, nothingSpent);
  const of = budget ? ` of ${gpuTime(budget.gpuSeconds, model)}` : '';
  return [
    `spent: ${spentWords(all, model)}${of} (${spent.map(({ stage, ...one }) => `${stage} ${spentWords(one, model)}`).join('; ')})`,
  ];
}

function listText(runs: readonly ListedRun[]): string {
  const rows = runs.map(({ runId, name, model, state, startedAt }) => [runId, name, model, state, startedAt]);
  return plain(table([['id', 'name', 'model', 'state', 'started'], ...rows]));
}
