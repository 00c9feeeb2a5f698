import type { HistoryEntry } from './history.js';
import { tupleOf, type PromptQueue, type QueueTuple } from './prompt-queue.js';

const statuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
type JobStatus = (typeof statuses)[number];
type Job = Record<string, unknown> & { id: string; status: JobStatus };

/** One job with all there is to tell, or null for an id the server does not know. */
export function jobOf(queue: PromptQueue, promptId: string): Job | null {
  const entry = queue.history.get(promptId);
  if (entry) return detailed(promptId, entry);
  if (queue.running?.promptId === promptId) return waiting(tupleOf(queue.running), 'in_progress');
  const item = queue.pending.find((pending) => pending.promptId === promptId);
  return item ? waiting(tupleOf(item), 'pending') : null;
}

export interface JobQuery {
  status: string[] | null;
  workflowId: string | null;
  sortBy: string;
  sortOrder: string;
  limit: number | null;
  offset: number;
}

/** Status words that do not exist. */
export function invalidStatuses(query: JobQuery): string[] {
  return (query.status ?? []).filter((status) => !(statuses as readonly string[]).includes(status));
}
export const validStatuses = statuses.join(', ');

/** @throws TypeError when one job's extra_pnginfo is not what ComfyUI expects: the whole list fails, as there. */
export function listJobs(queue: PromptQueue, query: JobQuery): Record<string, unknown> {
  const wanted = (job: Job) =>
    (query.status?.includes(job.status) ?? true) && (!query.workflowId || job.workflow_id === query.workflowId);
  const jobs = [
    ...(queue.running ? [waiting(tupleOf(queue.running), 'in_progress')] : []),
    ...queue.pending.map((item) => waiting(tupleOf(item), 'pending')),
    ...[...queue.history.all()].map(([id, entry]) => finished(id, entry)),
  ].filter(wanted);
  const keyOf = (job: Job) =>
    query.sortBy === 'execution_duration'
      ? Number(job.execution_end_time ?? 0) - Number(job.execution_start_time ?? 0)
      : Number(job.create_time ?? 0);
  jobs.sort((a, b) => (query.sortOrder === 'desc' ? keyOf(b) - keyOf(a) : keyOf(a) - keyOf(b)));
  const { offset, limit } = query;
  const page = jobs.slice(offset, limit === null ? undefined : offset + limit);
  const has_more = offset + page.length < jobs.length;
  return { jobs: page, pagination: { offset, limit, total: jobs.length, has_more } };
}

function waiting([priority, id, , extra_data]: QueueTuple, status: JobStatus): Job {
  return pruned({
    id,
    status,
    priority,
    create_time: extra_data.create_time,
    outputs_count: 0,
    previewable_outputs_count: 0,
    workflow_id: workflowId(extra_data),
  });
}

function finished(id: string, { prompt, outputs, status }: HistoryEntry): Job {
  const [priority, , , extra_data] = prompt;
  const dataOf = (...events: string[]) => status.messages.find(([event]) => events.includes(event))?.[1];
  const ended = dataOf('execution_success', 'execution_error', 'execution_interrupted');
  const interrupted = dataOf('execution_interrupted') !== undefined;
  const images = imagesOf(outputs);
  return pruned({
    id,
    status: status.completed ? 'completed' : interrupted ? 'cancelled' : 'failed',
    priority,
    create_time: extra_data.create_time,
    execution_start_time: dataOf('execution_start')?.timestamp,
    execution_end_time: ended?.timestamp,
    execution_error: dataOf('execution_error'),
    outputs_count: images.length,
    previewable_outputs_count: images.length,
    preview_output: images.find(({ type }) => type === 'output') ?? images[0],
    workflow_id: workflowId(extra_data),
  });
}

function detailed(id: string, entry: HistoryEntry): Job {
  const [, , prompt, extra_data] = entry.prompt;
  const more = { outputs: entry.outputs, execution_status: entry.status, workflow: { prompt, extra_data } };
  return { ...finished(id, entry), ...more };
}

function imagesOf(outputs: Record<string, unknown>): Record<string, unknown>[] {
  return Object.entries(outputs).flatMap(([nodeId, output]) =>
    ((output as { images?: object[] }).images ?? []).map((image) => ({ ...image, nodeId, mediaType: 'images' })),
  );
}

/** Python's `.get()` chain: an `extra_pnginfo` or a `workflow` that is there but no object is an error. */
function workflowId(extraData: Record<string, unknown>): unknown {
  const get = (from: unknown, key: string): unknown => {
    if (typeof from !== 'object' || from === null || Array.isArray(from)) throw new TypeError("has no attribute 'get'");
    return key in from ? (from as Record<string, unknown>)[key] : undefined;
  };
  const info = 'extra_pnginfo' in extraData ? extraData.extra_pnginfo : {};
  const workflow = get(info, 'workflow');
  return workflow === undefined ? undefined : get(workflow, 'id');
}

function pruned(job: Record<string, unknown>): Job {
  const kept = Object.entries(job).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(kept) as Job;
}
