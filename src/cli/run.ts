import { dirname, join, resolve } from 'node:path';
import type { RunHandle } from '../client/index.js';
import type { ExportedLora } from '../export/index.js';
import { loraFolderOf, reportFolderOf } from '../export/names.js';
import { startProject } from './start-project.js';
import { loadProject, type LoadedProject } from '../project/load.js';
import type { Freshness } from '../run/fresh.js';
import { byWhom } from '../machine/user.js';
import { failureTypeOf } from '../run/failures.js';
import { askWords, createDisplay, takeHomeWords, type Display } from './display/index.js';
import type { ServedEditor } from '../project/families/editors.js';
import { editorsOf, unservedWords, whatToStart } from './unserved.js';
import { exitCodeOf, exitCodeOfError, exitCodes } from './exit-codes.js';
import { follow, type Followed } from './follow.js';
import { gateFiles } from './gate-files.js';
import { onInterruption } from './interruption.js';
import { printJson, printResult, say, UsageError, errorLines } from './output.js';
import { outFolder } from './out-folder.js';
import type { RunningStudio } from '../studio/server.js';
import { openSession, type Session, withExistingRun } from './session.js';
import { studioBeside } from './studio.js';
import { sweepNotes } from './sweep-notes.js';

export interface RunOptions {
  id?: string;
  out?: string;
  fresh?: Freshness;
  json?: boolean;
  /** Default: with it. */
  studio?: boolean;
  /** Stays where the run asks for a person, until somebody decides. */
  wait?: boolean;
}

/** Starts or goes on, shows, reports. The file is checked before anything is started. */
export async function runCommand(file: string, options: RunOptions): Promise<number> {
  const project = await loadProject(file);
  for (const note of [...project.notes, ...sweepNotes(project.project.sweep)]) say(note);
  if (options.out !== undefined) await outFolder(options.out);
  const missing = await whatToStart(project.project.model, editorsOf(project));
  if (missing) throw new UsageError(missing);
  let session: Session | null = null;
  let studio: RunningStudio | null = null;
  const interruption = onInterruption(() => session?.embedded?.kill());
  try {
    session = await openSession({ needs: 'server' });
    studio = options.studio === false ? null : await studioBeside(session);
    return await runIn(session, project, { ...options, address: studio?.address }, interruption.signal);
  } finally {
    await studio?.close();
    await session?.close();
    interruption.dispose();
  }
}

async function runIn(
  session: Session,
  project: LoadedProject,
  options: RunOptions & { address?: () => string },
  signal: AbortSignal,
): Promise<number> {
  const { run, editors } = await startProject(session.client, project, options);
  return await continueRun(session, run, project.project.model, { ...options, editors }, signal);
}

/** Shows a run until it ends or asks, and reports it. @param model its family */
async function continueRun(
  session: Session,
  run: RunHandle,
  model: string,
  {
    address,
    editors,
    ...options
  }: Omit<RunOptions, 'id' | 'fresh'> & { address?: () => string; editors?: ServedEditor[] },
  signal: AbortSignal,
): Promise<number> {
  const display = createDisplay();
  display.note(`run ${run.runId}`);
  if (address) display.note(`see it and decide in the studio: ${address()}`);
  const url = session.uiUrlOf(run.runId);
  if (url) display.note(`watch it in Temporal's UI: ${url}`);
  const isOver = await run.isOver();
  if (!isOver && !session.embedded)
    for (const line of await unservedWords(session.client, model, [], editors)) display.note(line);
  const followed = isOver ? await lookBack(session, run) : await carryOn(session, run, display, signal, options.wait);
  return await conclude(followed, run, options);
}

async function lookBack(session: Session, run: RunHandle): Promise<Followed> {
  const outcome = await run.outcome();
  // A worker tells which checkpoints there are, and of a run that did not complete all that its report shows.
  await session.embedded?.raise('queries');
  return { kind: 'over', outcome };
}

async function carryOn(
  session: Session,
  run: RunHandle,
  display: Display,
  signal: AbortSignal,
  stays = false,
): Promise<Followed> {
  await session.embedded?.raise('everything');
  if (signal.aborted) return { kind: 'interrupted' };
  // The same command typed again is the person's word that what needed help is cured.
  const { state } = await run.statusSoon();
  if (state === 'needs-help') {
    display.note('resuming the run that needed help');
    await run.resume(byWhom());
  }
  return await follow(run, display, signal, stays);
}

/** Says how it ended, or what it asks, and writes its report. */
export async function conclude(followed: Followed, run: RunHandle, options: Omit<RunOptions, 'id'>): Promise<number> {
  if (followed.kind === 'interrupted') return exitCodes.interrupted;
  const state = stateOf(followed);
  if (followed.kind === 'asks') {
    const files = await gateFiles(run, followed.status);
    for (const line of askWords(followed.status, files)) say(line);
  }
  if (followed.kind === 'over' && followed.outcome.kind !== 'completed') {
    const { outcome } = followed;
    say(outcome.kind === 'failed' ? `the run failed: ${outcome.reason}` : 'the run was cancelled');
    if (outcome.kind === 'failed' && outcome.fix) say(`fix: ${outcome.fix}`);
    say(
      outcome.kind === 'failed'
        ? 'to go on from what is saved, run the project under another --id'
        : 'to go on from what is saved, run the same command again',
    );
  }
  const reportFolder = resolve(options.out ?? reportFolderOf(run.runId));
  const report = await run.report(reportFolder).catch((error: unknown) => {
    // Of a run that did not complete, a report is a courtesy.
    if (state === 'completed') throw error;
    const [message, ...fix] = errorLines(error);
    for (const line of [`no report was written: ${message}`, ...fix]) say(line);
    return null;
  });
  const isCompleted = followed.kind === 'over' && followed.outcome.kind === 'completed';
  const handed = isCompleted ? await handOver(run, dirname(reportFolder)) : null;
  if (!isCompleted) {
    const status = followed.kind === 'asks' ? followed.status : await run.status().catch(() => null);
    if (status) for (const line of takeHomeWords(status)) say(line);
  }
  if (options.json)
    printJson({
      runId: run.runId,
      workflowId: run.workflowId,
      state,
      chosenStep:
        followed.kind === 'over' && followed.outcome.kind === 'completed' ? followed.outcome.result.chosenStep : null,
      ...(followed.kind === 'over' &&
      followed.outcome.kind === 'completed' &&
      'chosenStrength' in followed.outcome.result
        ? { chosenStrength: followed.outcome.result.chosenStrength }
        : {}),
      report: report?.html ?? null,
      lora: handed?.lora?.directory ?? null,
    });
  else for (const path of [report?.html, handed?.lora?.directory]) if (path) printResult(path);
  return handed?.code ?? exitCodeOf(state);
}

/** The LoRA, beside the report. What keeps it from being written is told: the report is there all the same. */
async function handOver(run: RunHandle, parent: string): Promise<{ lora: ExportedLora | null; code?: number }> {
  try {
    const lora = await run.export({ out: join(parent, loraFolderOf(run.runId)) });
    for (const note of lora.notes) say(note);
    return { lora };
  } catch (error) {
    const type = failureTypeOf(error);
    // The rule may well choose none: that is a result, and its sentence names the command.
    const isResult = type === 'not-chosen' || type === 'no-checkpoint';
    const [message, ...fix] = errorLines(error);
    for (const line of isResult ? [message] : [message, ...fix]) say(line);
    return { lora: null, code: isResult ? undefined : exitCodeOfError(error) };
  }
}

function stateOf(followed: Exclude<Followed, { kind: 'interrupted' }>) {
  if (followed.kind === 'asks') return followed.status.state;
  return followed.outcome.kind === 'completed' ? followed.outcome.result.state : followed.outcome.kind;
}

/** A run of its own, which reuses what another one did (`trainOn`, `moreSeeds`); shown and reported as `azit run` does. */
export async function derivedRunCommand(
  id: string,
  derive: (run: RunHandle) => Promise<RunHandle>,
  options: Omit<RunOptions, 'id' | 'fresh'>,
): Promise<number> {
  return await withExistingRun(id, 'queries', async (session) => {
    const interruption = onInterruption(() => session.embedded?.kill());
    try {
      const run = session.client.run(id);
      const { model } = await run.status();
      return await continueRun(session, await derive(run), model, options, interruption.signal);
    } finally {
      interruption.dispose();
    }
  });
}
