import type { LiveActivity } from '../client/index.js';
import type { ServedEditor } from '../project/families/editors.js';
import type { FamilyName } from '../project/families/index.js';
import { editorsAtWork, embeddedFamily, unservedWords, whatToStart } from './unserved.js';
import type { Session } from './session.js';

export const noWorkerWords = (id = 'ID'): string =>
  `No worker is running. Continue with \`azit run FILE\`, \`azit watch ${id}\` or \`azit up\`.`;

interface About {
  family: string;
  runId?: string;
  activities?: readonly LiveActivity[];
  /** That the project chooses; else those that the run waits for. */
  editors?: readonly ServedEditor[];
}

/** What a person has to start for unfinished runs of a family to go on; nothing where they do. */
export async function missingWorkerWords(
  { client, embedded }: Pick<Session, 'client' | 'embedded'>,
  { family, runId, activities = [], editors = editorsAtWork(activities) }: About,
): Promise<string[]> {
  if (embedded && !(await embedded.carriesOn()))
    return [(await whatToStart(family as FamilyName, editors)) ?? noWorkerWords(runId)];
  // Its own workers poll once they are up; only of the person's one may be missing.
  if (embedded && family === embeddedFamily && editors.length === 0) return [];
  const aside = (await client.aside(family)).map(asideWords);
  return [...aside, ...(await unservedWords(client, family, activities, editors))];
}

const asideWords = ({ worker, taskQueue, reason }: Awaited<ReturnType<Session['client']['aside']>>[number]): string =>
  `The worker ${worker} takes no work from the task queue ${taskQueue} for now: ${reason}`;
