import type { BatchHeartbeat, TrainingHeartbeat } from '../run/heartbeats.js';
import { defaultPayloadConverter, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { Ended } from './ended.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../project/names.js';
import { failureTypeOf, fixDuringRetries } from '../run/failures.js';
import type { RunStatus } from '../run/messages.js';

/** What an activity is doing this moment. */
export interface LiveActivity {
  /** e.g. trainLora */
  name: string;
  /** The summary shown in Temporal's UI, e.g. "render checkpoint 2400: 12 pictures". */
  summary: string | null;
  /** From 1. */
  attempt: number;
  /** Where the worker that has it now took it from; null while none has. */
  taskQueue: string | null;
  /** The worker that has it now, as Temporal names it; null while none has. */
  worker: string | null;
  /** The queue that it waits in; null while a worker has it. */
  waitsIn: string | null;
  /** ISO 8601: when the worker took it, or when it began to wait. */
  since: string | null;
  /** What it reported last; null: nothing yet, or a kind unknown here. */
  heartbeat: TrainingHeartbeat | BatchHeartbeat | null;
  /** Why the attempt before failed. */
  lastFailure: string | null;
  /** What a person has to do about that failure; null where it passes by itself. */
  fix: string | null;
}

/** A run as it stands: what its workflow knows, and what its activities are doing between two messages. */
export interface Progress {
  status: RunStatus;
  activities: LiveActivity[];
}

/** The state of an activity that a worker has, as Temporal numbers it. */
const started = 2;

/** What Temporal says of an activity whose worker is gone. */
const deadWorker = /^activity Heartbeat timeout$/;

/** What the activities of a run and of its sweep are doing. */
export async function liveActivities(client: Client, runId: string): Promise<LiveActivity[]> {
  return (await liveRun(client, runId)).activities;
}

/** @returns also how Temporal says that the run ended, which a run that was terminated does not know. */
export async function liveRun(
  client: Client,
  runId: string,
): Promise<{ activities: LiveActivity[]; ended: Ended | null }> {
  const descriptions = await Promise.all(
    [workflowIdOf(runId), sweepWorkflowIdOf(runId)].map((id) => describeIfThere(client, id)),
  );
  const [run] = descriptions;
  const ended = run?.closeTime ? { how: run.status.name, at: run.closeTime.toISOString() } : null;
  return { activities: descriptions.flatMap((each) => (each ? activitiesIn(each) : [])), ended };
}

export async function describeIfThere(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch {
    // The sweep is there only from the start of training on; progress is a nicety, never a reason to fail.
    return null;
  }
}

/** What an execution has under way or waiting. */
export function activitiesIn({ raw }: WorkflowExecutionDescription): LiveActivity[] {
  return (raw.pendingActivities ?? []).map((activity) => {
    const queue = activity.activityOptions?.taskQueue?.name ?? null;
    const isStarted = activity.state === started;
    return {
      name: activity.activityType?.name ?? 'activity',
      summary: null,
      attempt: activity.attempt ?? 1,
      taskQueue: isStarted ? queue : null,
      worker: isStarted ? activity.lastWorkerIdentity || null : null,
      waitsIn: isStarted ? null : queue,
      since: isoOf((isStarted ? activity.lastStartedTime : activity.scheduledTime) ?? null),
      heartbeat: heartbeatOf(activity.heartbeatDetails?.payloads?.[0]),
      lastFailure: activity.lastFailure?.message?.replace(deadWorker, 'its worker stopped responding') ?? null,
      fix: fixOfFailure(activity.lastFailure?.applicationFailureInfo?.type),
    };
  });
}

export function isoOf(time: { seconds?: unknown; nanos?: unknown } | null | undefined): string | null {
  const ms = Number(time?.seconds ?? 0) * 1000 + Number(time?.nanos ?? 0) / 1e6;
  return ms > 0 ? new Date(ms).toISOString() : null;
}

function fixOfFailure(type: unknown): string | null {
  const known = failureTypeOf({ type });
  return known && fixDuringRetries(known);
}

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

function heartbeatOf(payload: Payload | undefined): LiveActivity['heartbeat'] {
  if (!payload) return null;
  try {
    const details: unknown = defaultPayloadConverter.fromPayload(payload);
    const { kind } = (details ?? {}) as { kind?: unknown };
    return kind === 'training' || kind === 'batch' ? (details as LiveActivity['heartbeat']) : null;
  } catch {
    return null;
  }
}
