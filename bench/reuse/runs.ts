import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { Embedded, embeddedHome } from '../../src/embedded/index.js';
import { workflowIdOf } from '../../src/project/names.js';
import type { NamedPrompt } from '../../src/project/schema.js';

const azit = fileURLToPath(new URL('../../bin/azit.js', import.meta.url));

export interface TimedRun {
  seconds: number;
  /** From the pipeline's start to the end of the command: report and LoRA are there. */
  secondsBeyondStart: number;
  renders: number;
  sweepRenders: number;
  checkpointsTrained: number;
  /** Scored, the one for the guards included. */
  checkpoints: number;
  /** Of the sweep. */
  prompts: NamedPrompt[];
}

interface Report {
  run: { startedAt: string };
  checkpoints: unknown[];
  guardAnchor?: unknown;
  strips: { prompt: string; text: string }[];
}

/** Runs a project as a person does, and counts by the store's records what was done. */
export async function timedRun(folder: string, project: object, id: string): Promise<TimedRun> {
  await writeFile(join(folder, 'azit.yaml'), stringify(project));
  const before = await madeIn(folder);
  const began = Date.now();
  await execa(process.execPath, [azit, 'run', 'azit.yaml', '--id', id], { cwd: folder, stdio: 'ignore' });
  const ended = Date.now();
  const after = await madeIn(folder);
  const report = JSON.parse(await readFile(join(folder, `azit-report-${id}`, 'report.json'), 'utf8')) as Report;
  return {
    seconds: (ended - began) / 1000,
    secondsBeyondStart: (ended - Date.parse(report.run.startedAt)) / 1000,
    renders: after.renders - before.renders,
    sweepRenders: after.sweepRenders - before.sweepRenders,
    checkpointsTrained: after.checkpoints - before.checkpoints,
    checkpoints: report.checkpoints.length + (report.guardAnchor ? 1 : 0),
    prompts: report.strips.map(({ prompt, text }) => ({ id: prompt, text })),
  };
}

interface Made {
  renders: number;
  sweepRenders: number;
  checkpoints: number;
}

async function madeIn(folder: string): Promise<Made> {
  const records = join(folder, '.azit', 'artifacts', 'records');
  const made = { renders: 0, sweepRenders: 0, checkpoints: 0 };
  for (const path of await readdir(records, { recursive: true }).catch(() => [])) {
    if (/^training\/.*\/step-\d+/.test(path)) made.checkpoints += 1;
    if (!/^renders\/[0-9a-f]{2}\/.*\.json$/.test(path)) continue;
    made.renders += 1;
    // Those of a sweep are named PROMPT.INDEX, others have no dot.
    const { key } = JSON.parse(await readFile(join(records, path), 'utf8')) as { key: string };
    if (key.includes('.')) made.sweepRenders += 1;
  }
  return made;
}

/** Of the run and its sweep. */
export async function historyEvents(folder: string, runId: string): Promise<number> {
  const embedded = await Embedded.open({
    needs: 'server',
    home: embeddedHome(join(folder, '.azit')),
    taskQueuePrefix: 'azit',
    notify: () => undefined,
  });
  const connection = await Connection.connect({ address: embedded.address });
  try {
    const { workflow } = new Client({ connection });
    const ids = [workflowIdOf(runId), `${workflowIdOf(runId)}-sweep`];
    const counted = ids.map(async (id) => (await workflow.getHandle(id).fetchHistory()).events?.length ?? 0);
    return (await Promise.all(counted)).reduce((sum, events) => sum + events, 0);
  } finally {
    await connection.close();
    await embedded.close();
  }
}
