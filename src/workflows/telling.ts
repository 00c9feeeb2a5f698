import { CancellationScope, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import { hasChange } from './changes.js';
import type { Activities } from '../run/activities.js';
import type { Notice } from '../run/notice.js';
import { cut, longest } from '../text/cut.js';
import type { RunRecord } from './run-record.js';

/** It writes a small file on the worker's own disk: a task queue would cost more than the work. */
const { tellPeople } = proxyLocalActivities<Pick<Activities['pipeline'], 'tellPeople'>>({
  startToCloseTimeout: '5 seconds',
  retry: { maximumAttempts: 2 },
});

/**
 * Has the worker tell whoever its settings name. What they name, and how, is not in any history. A notice has a number
 * within its execution, so the attempts of the local activity, and a replay, give it the same id and the outbox takes it
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
    await CancellationScope.nonCancellable(() => tellPeople(notice));
  } catch {
    // A run must not fail over its own news.
  }
}
