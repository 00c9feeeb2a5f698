import type { AzitClient, LiveActivity } from '../client/index.js';
import { isEditor, type ServedEditor } from '../project/families/editors.js';
import type { FamilyName } from '../project/families/index.js';
import type { LoadedProject } from '../project/load.js';
import { workerCommandOf } from '../run/commands.js';

/**
 * A sentence for each role that no worker takes on: the run's work on its task queue waits without an error. A worker
 * that is busy asks for no more: where it works for this run (`activities`), nothing waits.
 */
export async function unservedWords(
  client: Pick<AzitClient, 'unserved'>,
  family: string,
  activities: readonly Pick<LiveActivity, 'taskQueue'>[] = [],
  editors: readonly string[] = [],
): Promise<string[]> {
  const waiting = (await client.unserved(family, editors)).filter(
    ({ taskQueue }) => !activities.some((activity) => activity.taskQueue === taskQueue),
  );
  return waiting.map(
    ({ role, editor, taskQueue }) =>
      `No worker is polling the task queue ${taskQueue}. The run waits until one is free; to start one, run ` +
      `\`${workerCommandOf(role, editor ?? family)}\`.`,
  );
}

/** The editors with a task queue of their own that a project needs. */
export const editorsOf = ({ project, files }: Pick<LoadedProject, 'project' | 'files'>): ServedEditor[] =>
  files.datasetImages === undefined ? (project.views?.editors ?? []).filter(isEditor) : [];

/** Those that a run waits for at this moment, by the task queues of its work. */
export const editorsAtWork = (activities: readonly Pick<LiveActivity, 'taskQueue'>[]): ServedEditor[] => [
  ...new Set(
    activities.flatMap(({ taskQueue }) => /-render-([a-z0-9-]+)$/.exec(taskQueue ?? '')?.[1] ?? []).filter(isEditor),
  ),
];

/** The one family whose renderer and trainer the embedded default brings with it. */
export const embeddedFamily = 'sandbox' satisfies FamilyName;

/** What to start for a family that nobody would serve, where a run would wait without a word; null: nothing. */
export async function whatToStart(family: FamilyName, editors: readonly ServedEditor[] = []): Promise<string | null> {
  if (family === embeddedFamily && editors.length === 0) return null;
  const { isTemporalConfigured } = await import('../client/index.js');
  if (isTemporalConfigured()) return null;
  const isEmbedded = family === embeddedFamily;
  const commands = [
    ...(isEmbedded ? [] : [workerCommandOf('render', family), workerCommandOf('train', family)]),
    ...editors.map((editor) => workerCommandOf('render', editor)),
  ].map((command) => `\`${command}\``);
  const last = commands.pop();
  const listed = commands.length > 0 ? `${commands.join(', ')} and ${last}` : last;
  const what = isEmbedded ? `the ${counted(editors)} ${editors.join(', ')}` : family;
  return `The embedded engine renders and trains only ${embeddedFamily}: for ${what} start \`azit up --port 7233\` and, with TEMPORAL_ADDRESS=127.0.0.1:7233, ${listed}; then run this with the same TEMPORAL_ADDRESS.`;
}

const counted = (editors: readonly string[]): string => (editors.length === 1 ? 'editor' : 'editors');
