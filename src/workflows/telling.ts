import { CancellationScope, patched, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import { hasChange } from './changes.js';
import type { Activities } from '../run/activities.js';
import type { Notice } from '../run/notice.js';
import { cut, longest } from '../text/cut.js';
import type { RunRecord } from './run-record.js';

type Telling = Pick<Activities['pipeline'], 'tellPeople'>;

/** It writes a small file on the disk of a worker. Nothing waits for it long. */
const limits = { startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 2 } } as const;
const { tellPeople } = proxyActivities<Telling>({ ...limits, scheduleToCloseTimeout: '20 seconds' });

/**
 * Of runs from before: a local activity during which an update came did not always replay (SDK 1.24.0): its marker stood
 * one workflow task before what the run went on with.
 */
const { tellPeople: tellPeopleHere } = proxyLocalActivities<Telling>(limits);

/**
 * Has the worker tell whoever its settings name. What they name, and how, is not in any history. A notice has a number
 * within its execution, so the attempts of the activity give it the same id and the outbox takes it
 * once. The run waits for the outbox to have written it, never for a channel; where that fails twice, nobody is told.
 */
export async function tell(record: RunRecord, kind: Notice['kind'], text: string, fix?: string): Promise<void> {
  if (!hasChange('tell-people')) return;
  const { runId, project } = record.input;
  record.notices += 1;
  const notice: Notice = {
    id: `${runId}-${workflowInfo().runId.slice(0, 8)}-${record.notices}`,
    kind,
    at: new Date().toISOString(),
    run: { id: runId, name: project.name, model: project.model },
    text: cut(text, longest.line),
    ...(fix ? { fix: cut(fix, longest.line) } : {}),
  };
  try {
    const told = patched('told-by-activity') ? tellPeople : tellPeopleHere;
    await CancellationScope.nonCancellable(() => told(notice));
  } catch {
    // A run must not fail over its own news.
  }
}
