import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { readDocument, RunRecords } from '../artifacts/run-records.js';
import { workflowIdOf } from '../project/names.js';
import { reportDataQuery, statusQuery } from '../workflows/messages.js';
import type { PipelineInput, RunDocument } from '../run/messages.js';

/** A run as the store remembers it: what it knew where it last stopped for a person, or ended. */
export async function keptRun(store: ArtifactStore, runId: string): Promise<RunDocument | null> {
  const kept = await new RunRecords(store).latest(runId);
  return kept && (await readDocument(store, kept.record));
}

/** The same of a run whose version kept none: asked of a worker, its input of its history. */
export async function askedRun(client: Client, runId: string): Promise<RunDocument> {
  const workflowId = workflowIdOf(runId);
  const workflow = client.workflow.getHandle(workflowId);
  const status = await workflow.query(statusQuery);
  const report = await workflow.query(reportDataQuery);
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const input = defaultPayloadConverter.fromPayload<PipelineInput>(payload);
  const saved = report.checkpoints.map(({ step, lora }) => ({ step, lora }));
  return { input, status, report, saved, firsts: [], result: null };
}

/** One that Temporal forgot before it ended will not go on. */
export function asEnded(document: RunDocument): RunDocument {
  const { status, report } = document;
  if (status.finishedAt !== null) return document;
  const finishedAt = report.timeline.at(-1)?.at ?? status.startedAt;
  const ended = { state: 'failed', finishedAt, waitingFor: null } as const;
  const run = { ...report.run, state: ended.state, finishedAt };
  return { ...document, status: { ...status, ...ended, help: null }, report: { ...report, run, waitingFor: null } };
}
