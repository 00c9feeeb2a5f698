import { z } from 'zod';
import { maxQueueBytes } from './bounds.js';
import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import type { Execution } from './execution.js';
import { executionError, historyReply, jobReply, parseReply, queueReply } from './replies.js';
import type { ExecutionStatus, Outputs } from './replies.js';
import { parseJson, withoutGraphs, type Reply } from './reply.js';

type Job = z.output<typeof jobReply>;
const notFound = z.object({ error: z.literal('Job not found') });

export type ExecutionFailure = z.output<typeof executionError>;

/** `lost`: the server does not know the prompt: never sent, cancelled while it waited, or forgotten in a restart. */
export type PromptState =
  | { kind: 'queued' }
  | { kind: 'running' }
  | { kind: 'done'; outputs: Outputs; cachedNodes: string[]; executionMs: number; execution: Execution | null }
  | { kind: 'failed'; failure: ExecutionFailure; execution: Execution | null }
  | { kind: 'cancelled'; execution: Execution | null }
  | { kind: 'lost' };

const noJobsMs = 30_000;

export interface QueueView {
  running: string[];
  pending: string[];
}

/**
 * Where a prompt is. By /api/jobs/ID where the server has it (0.6 and later); else by the queue and THEN the history: in
 * the other order a prompt that finishes in between looks lost (112 of 1,159 lookups), in this one never.
 */
export class PromptLookup {
  /** Until then the server is taken for too old for jobs; another version may come up, and a gateway's page misleads. */
  #noJobsUntil = 0;

  constructor(readonly connection: Connection) {}

  async find(promptId: string, signal?: AbortSignal): Promise<PromptState> {
    const byJob = performance.now() < this.#noJobsUntil ? null : await this.#fromJobs(promptId, signal);
    return byJob ?? (await this.#fromQueueThenHistory(promptId, signal));
  }

  async queue(signal?: AbortSignal): Promise<QueueView> {
    const size = { maxBytes: maxQueueBytes, slim: withoutGraphs };
    const json = await this.connection.getJson('/queue', signal, size);
    const { queue_running, queue_pending } = parseReply(this.connection, queueReply, json, '/queue');
    return { running: queue_running.map(([, id]) => id), pending: queue_pending.map(([, id]) => id) };
  }

  /** null where the server can't say: no such route, or an entry of its history that breaks the route (a 500). */
  async #fromJobs(promptId: string, signal?: AbortSignal): Promise<PromptState | null> {
    const path = `/api/jobs/${promptId}`;
    let job: Job | 'unknown' | null;
    try {
      job = await this.connection.callPatiently('GET', path, { signal }, (reply) => this.#readJob(reply, promptId));
    } catch (error) {
      if (error instanceof ComfyError && error.status === 500) return null;
      throw error;
    }
    if (job === null) this.#noJobsUntil = performance.now() + noJobsMs;
    if (job === null) return null;
    if (job === 'unknown') return { kind: 'lost' };
    if (job.status === 'pending') return { kind: 'queued' };
    if (job.status === 'in_progress') return { kind: 'running' };
    if (job.status === 'cancelled') return { kind: 'cancelled', execution: executionOf(job.execution_status) };
    return ended(job.execution_status, job.outputs ?? {});
  }

  /**
   * null: the server has no such route (its 404 has no body then, and a gateway's says something else), or another idea
   * of states.
   */
  #readJob(reply: Reply, promptId: string): Job | 'unknown' | null {
    const path = '/api/jobs/ID';
    const json = parseJson(reply);
    if (reply.status !== 200) return notFound.safeParse(json).success ? 'unknown' : null;
    const job = parseReply(this.connection, jobReply, json ?? this.connection.json(reply, path), path);
    if (job.id !== promptId) throw this.connection.badReply(path, "somebody else's prompt");
    return job.status === null ? null : job;
  }

  async #fromQueueThenHistory(promptId: string, signal?: AbortSignal): Promise<PromptState> {
    const { running, pending } = await this.queue(signal);
    if (running.includes(promptId)) return { kind: 'running' };
    if (pending.includes(promptId)) return { kind: 'queued' };
    const json = await this.connection.getJson(`/history/${promptId}`, signal);
    const history = parseReply(this.connection, historyReply, json, '/history/ID');
    const entry = Object.hasOwn(history, promptId) ? history[promptId] : null;
    return entry ? ended(entry.status, entry.outputs) : { kind: 'lost' };
  }
}

/** Judged by the messages: `status_str` may be left over from the prompt before. */
function ended(status: ExecutionStatus, outputs: Outputs): PromptState {
  const execution = executionOf(status);
  if (messageOf(status, 'execution_interrupted')) return { kind: 'cancelled', execution };
  if (!messageOf(status, 'execution_success')) {
    const { data } = executionError.safeParse(messageOf(status, 'execution_error') ?? {});
    return { kind: 'failed', failure: data ?? executionError.parse({}), execution };
  }
  const cached = messageOf(status, 'execution_cached')?.nodes;
  return {
    kind: 'done',
    outputs,
    cachedNodes: Array.isArray(cached) ? cached.map(String) : [],
    // By the server's clock, which somebody may set back meanwhile.
    executionMs: execution ? Math.max(0, execution.endedAtMs - execution.startedAtMs) : 0,
    execution,
  };
}

const messageOf = (status: ExecutionStatus, event: string): Record<string, unknown> | undefined =>
  status?.messages.findLast(([name]) => name === event)?.[1];

const endings = ['execution_success', 'execution_error', 'execution_interrupted'];

/** null where the server tells no times. */
function executionOf(status: ExecutionStatus): Execution | null {
  const startedAtMs = Number(messageOf(status, 'execution_start')?.timestamp);
  const endedAtMs = Number(endings.map((event) => messageOf(status, event)).find(Boolean)?.timestamp);
  return Number.isFinite(startedAtMs) && Number.isFinite(endedAtMs) ? { startedAtMs, endedAtMs } : null;
}
