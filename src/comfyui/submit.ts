import type { Connection } from './connection.js';
import { ComfyError, isOutcomeUnknown } from './errors.js';
import type { ApiGraph } from './graph.js';
import type { PromptLookup, PromptState } from './prompt-state.js';
import { refusalError } from './refusal.js';
import { parseReply, promptAccepted, promptRefused } from './replies.js';
import { pause } from './wake.js';

export interface RenderJob {
  /** Lower-case UUID; the same work has the same id in every attempt. */
  promptId: string;
  graph: ApiGraph;
}

/** POSTs whose answer got lost, each followed by a lookup. */
const maxPosts = 4;
const firstRetryMs = 100;

/**
 * Makes sure that the server has the prompt: looks first (ComfyUI accepts one id twice, and runs it twice), posts where
 * it is unknown, and looks again where the answer to a post was lost. `known`: a look just taken. `clientId` is asked for at the last moment: it is
 * the websocket's that is open now.
 */
export async function submitOrAttach(
  job: RenderJob,
  known: PromptState | null,
  lookup: PromptLookup,
  clientId: () => Promise<string>,
  signal?: AbortSignal,
): Promise<PromptState> {
  let state = known ?? (await lookup.find(job.promptId, signal));
  for (let posts = 1, waitMs = firstRetryMs; ; posts++, waitMs *= 2) {
    if (state.kind !== 'lost') return state;
    try {
      await post(job, lookup.connection, await clientId());
      return { kind: 'queued' };
    } catch (error) {
      if (!isOutcomeUnknown(error) || posts === maxPosts) throw error;
      lookup.connection.logger.info({ promptId: job.promptId, kind: error.kind }, 'the answer to a prompt was lost');
      await pause(waitMs, signal);
      state = await lookup.find(job.promptId, signal);
    }
  }
}

/** Not tied to an abort signal: a request cut in the middle might still reach the queue after we looked. */
async function post({ promptId, graph }: RenderJob, connection: Connection, clientId: string): Promise<void> {
  // `number` is never sent (equal numbers break the server's heap), and extra_pnginfo is always an object: null breaks
  // GET /api/jobs for everybody. A client id that is no string ends the server's process.
  const json = { prompt: graph, prompt_id: promptId, client_id: clientId, extra_data: { extra_pnginfo: {} } };
  const reply = await connection.call('POST', '/prompt', { json });
  const answer = connection.json(reply, '/prompt');
  if (reply.status !== 200) {
    const refused = promptRefused.safeParse(answer);
    if (!refused.success) throw connection.badReply('/prompt', `status ${reply.status}`, reply.status);
    throw refusalError(refused.data, connection.label, reply.status);
  }
  const accepted = parseReply(connection, promptAccepted, answer, '/prompt');
  if (Object.keys(accepted.node_errors).length > 0) {
    // One output of several passed: that half would run, and be called a success.
    throw new PartlyRefusedError(refusalError(partly(accepted.node_errors), connection.label, 200));
  }
  if (accepted.prompt_id !== promptId) throw connection.badReply('/prompt', 'the id of another prompt');
}

const partly = (
  node_errors: Parameters<typeof refusalError>[0]['node_errors'],
): Parameters<typeof refusalError>[0] => ({
  error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
  node_errors,
});

/** Accepted in part: the prompt is in the queue and has to be taken out. */
export class PartlyRefusedError extends ComfyError {
  constructor(refusal: ComfyError) {
    super(refusal.kind, refusal.message, { cause: refusal, status: 200 });
  }
}
