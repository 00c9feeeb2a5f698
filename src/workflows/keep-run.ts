import { CancellationScope } from '@temporalio/workflow';
import { hasChange } from './changes.js';
import type { PipelineResult, RunDocument } from '../run/messages.js';
import type { ProxiedActivities } from './proxies.js';
import type { RunRecord } from './run-record.js';
import { reportOf } from './run-report.js';
import { statusOf } from './run-status.js';

interface Kept {
  record: RunRecord;
  activities: ProxiedActivities;
}

/** Where a run stops for a person, and where it ends: whoever comes later finds it, also when Temporal has forgotten it. */
export async function keepRun(run: Kept, result: PipelineResult | null = null): Promise<void> {
  if (!hasChange('keep-run')) return;
  try {
    await CancellationScope.nonCancellable(() =>
      run.activities.keeping.keepRun.executeWithOptions({ summary: `keep the record: ${run.record.state}` }, [
        documentOf(run, result),
      ]),
    );
  } catch {
    // A run must not fail over its own obituary.
  }
}

/** Characters of JSON. More of a person's own images would make each record long, and each plan that reads them slow. */
const mostOfOwnImages = 256 * 1024;

function documentOf({ record }: Kept, result: PipelineResult | null): RunDocument {
  const { datasetImages, again: _, ...others } = record.input;
  // By them a plan tells what is there already, and a training goes on.
  const isShort = JSON.stringify(datasetImages ?? []).length <= mostOfOwnImages;
  const input = datasetImages && isShort ? { ...others, datasetImages } : others;
  const saved = [...record.saves.byStep.values()];
  const { firsts, decisions } = record;
  return { input, status: statusOf(record), report: reportOf(record), saved, firsts, decisions, result };
}
