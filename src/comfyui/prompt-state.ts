import type { z } from 'zod';
import { parseJson, type Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { executionError, historyReply, jobReply, parseReply, queueReply } from './replies.js';
import type { ExecutionStatus, Outputs } from './replies.js';

export type ExecutionFailure = z.output<typeof executionError>;

/** `lost`: the server does not know the prompt: never sent, cancelled while it waited, or forgotten in a restart. */
export type PromptState =
  | { kind: 'queued' }
  | { kind: 'running' }
  | { kind: 'done'; outputs: Outputs; cachedNodes: string[]; executionMs: number }
  | { kind: 'failed'; failure: ExecutionFailure }
  | { kind: 'cancelled' }
  | { kind: 'lost' };

export interface QueueView {
  running: string[];
  pending: string[];
}

/**
 * Where a prompt is. By /api/jobs/ID where the server has it (0.6 and later); else by the queue and THEN the history: in
 * the other order a prompt that finishes in between looks lost (112 of 1,159 lookups), in this one never.
 */
export class PromptLookup {
  /** null: not known. Asked again after each loss of the connection, since another version may have come up. */
  #hasJobs: boolean | null = null;

  constructor(readonly connection: Connection) {}

  async find(promptId: string, signal?: AbortSignal): Promise<PromptState> {
    try {
      const byJob = this.#hasJobs === false ? null : await this.#fromJobs(promptId, signal);
      return byJob ?? (await this.#fromQueueThenHistory(promptId, signal));
    } catch (error) {
      this.#hasJobs = null;
      throw error;
    }
  }

  async queue(signal?: AbortSignal): Promise<QueueView> {
    const json = await this.connection.getJson('/queue', signal);
    const { queue_running, queue_pending } = parseReply(this.connection, queueReply, json, '/queue');
    return { running: queue_running.map(([, id]) => id), pending: queue_pending.map(([, id]) => id) };
  }

  /** null where the server can't say: no such route, or an entry of its history that breaks the route (a 500). */
  async #fromJobs(promptId: string, signal?: AbortSignal): Promise<PromptState | null> {
    const path = `/api/jobs/${promptId}`;
    let reply;
    try {
      reply = await this.connection.callPatiently('GET', path, { signal });
    } catch (error) {
      if (error instanceof ComfyError && error.status === 500) return null;
      throw error;
    }
    const json = parseJson(reply);
    // Without the route the 404 has no body; with it, it says {"error": "Job not found"}.
    this.#hasJobs = reply.status === 200 || (reply.status === 404 && json !== undefined);
    if (!this.#hasJobs) return null;
    if (reply.status === 404) return { kind: 'lost' };
    const job = parseReply(this.connection, jobReply, json, path);
    if (job.status === 'pending') return { kind: 'queued' };
    if (job.status === 'in_progress') return { kind: 'running' };
    if (job.status === 'cancelled') return { kind: 'cancelled' };
    return ended(job.execution_status, job.outputs ?? {});
  }

  async #fromQueueThenHistory(promptId: string, signal?: AbortSignal): Promise<PromptState> {
    const { running, pending } = await this.queue(signal);
    if (running.includes(promptId)) return { kind: 'running' };
    if (pending.includes(promptId)) return { kind: 'queued' };
    const path = `/history/${promptId}`;
    const json = await this.connection.getJson(path, signal);
    const entry = parseReply(this.connection, historyReply, json, path)[promptId];
    return entry ? ended(entry.status, entry.outputs) : { kind: 'lost' };
  }
}

/** Judged by the messages: `status_str` may be left over from the prompt before. */
function ended(status: ExecutionStatus, outputs: Outputs): PromptState {
  const message = (event: string): Record<string, unknown> | undefined =>
    status?.messages.findLast(([name]) => name === event)?.[1];
  if (message('execution_interrupted')) return { kind: 'cancelled' };
  const success = message('execution_success');
  if (!success) {
    const { data } = executionError.safeParse(message('execution_error') ?? {});
    return { kind: 'failed', failure: data ?? executionError.parse({}) };
  }
  const executionMs = Number(success.timestamp) - Number(message('execution_start')?.timestamp);
  const cached = message('execution_cached')?.nodes;
  return {
    kind: 'done',
    outputs,
    cachedNodes: Array.isArray(cached) ? cached.map(String) : [],
    executionMs: Number.isFinite(executionMs) ? executionMs : 0,
  };
}
