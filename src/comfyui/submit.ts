import { maxPosts } from './bounds.js';
import type { Connection } from './connection.js';
import { ComfyError, failingError, isInternal, isOutcomeUnknown, isTurnedAway, leastFailures } from './errors.js';
import { saveNodeIds } from './graph.js';
import type { RenderJob } from './job.js';
import type { PromptLookup, PromptState } from './prompt-state.js';
import { refusalError } from './refusal.js';
import { parseReply, promptAccepted, promptRefused } from './replies.js';
import { tellServerFault } from './server-fault.js';
import { pause } from './wake.js';

const firstRetryMs = 100;
/** An exception of the server's own gets more time to pass. */
const failingRestFactor = 5;

/** One prompt's way into the server's queue. */
export class Submission {
  #mayArrive = false;
  #postedAs: string | null = null;

  /** `clientId` is asked for at the last moment: it is the websocket's that is open now. */
  constructor(
    readonly job: RenderJob,
    readonly lookup: PromptLookup,
    readonly clientId: () => Promise<string>,
  ) {}

  /** The answer to a post was lost: a gateway may still deliver it. */
  get mayArrive(): boolean {
    return this.#mayArrive;
  }

  /** The client id that the server has the prompt from; null where it had it before. */
  get postedAs(): string | null {
    return this.#postedAs;
  }

  /**
   * Makes sure that the server has the prompt: looks first (ComfyUI accepts one id twice, and runs it twice), posts where
   * it is unknown, and looks again where the answer to a post was lost. `known`: a look just taken.
   */
  async submitOrAttach(known: PromptState | null, signal?: AbortSignal): Promise<PromptState> {
    const { job, lookup } = this;
    const { logger, timeouts } = lookup.connection;
    let state = known ?? (await lookup.find(job.promptId, signal));
    let giveUpAt = Infinity;
    let failures = 0;
    for (let posts = 1, waitMs = firstRetryMs; ; waitMs *= 2) {
      if (state.kind !== 'lost') return state;
      const clientId = await this.clientId();
      signal?.throwIfAborted();
      try {
        await post(job, lookup.connection, clientId);
        this.#postedAs = clientId;
        return { kind: 'queued' };
      } catch (error) {
        if (!isOutcomeUnknown(error)) throw error;
        if (isInternal(error)) failures++;
        const restMs = Math.max(isInternal(error) ? failingRestFactor * waitMs : waitMs, error.retryAfterMs ?? 0);
        const isFirst = giveUpAt === Infinity;
        giveUpAt = Math.min(giveUpAt, performance.now() + timeouts.unreachableMs);
        const isTooLong = performance.now() + restMs > giveUpAt;
        if (isTurnedAway(error)) {
          if (isTooLong) throw error;
          if (isFirst) logger.info({ promptId: job.promptId }, `${error.message} Submitting the prompt again.`);
        } else {
          if (error.kind !== 'unreachable') this.#mayArrive = true;
          if (posts === maxPosts || (isTooLong && restMs > waitMs)) {
            if (failures < leastFailures) throw error;
            return await tellServerFault(lookup.connection)(failingError(error, failures));
          }
          logger.info(
            { promptId: job.promptId, kind: error.kind },
            `${error.message} Checking whether it received the prompt ${job.promptId} (${posts++} of ${maxPosts}).`,
          );
        }
        await pause(restMs, signal);
        state = await lookup.find(job.promptId, signal);
      }
    }
  }
}

/** Not tied to an abort signal: a request cut in the middle might still reach the queue after we looked. */
async function post({ promptId, graph }: RenderJob, connection: Connection, clientId: string): Promise<void> {
  // `number` is never sent (equal numbers break the server's heap), and extra_pnginfo is always an object: null breaks
  // GET /api/jobs for everybody. A client id that is no string ends the server's process.
  const json = {
    prompt: graph,
    prompt_id: promptId,
    client_id: clientId,
    extra_data: { extra_pnginfo: {} },
    ...targetsOf(graph),
  };
  const reply = await connection.call('POST', '/prompt', { json });
  const answer = connection.json(reply, '/prompt');
  if (reply.status !== 200) {
    const refused = promptRefused.safeParse(answer);
    if (!refused.success) throw connection.badReply('/prompt', `status ${reply.status}`, reply.status);
    throw refusalError(refused.data, graph, connection.label, reply.status);
  }
  const accepted = parseReply(connection, promptAccepted, answer, '/prompt');
  if (Object.keys(accepted.node_errors).length > 0) {
    // One output of several passed: that half would run, and be called a success.
    throw new PartlyRefusedError(refusalError(partly(accepted.node_errors), graph, connection.label, 200));
  }
  if (accepted.prompt_id !== promptId) throw connection.badReply('/prompt', 'the id of another prompt');
}

/** One output a prompt: a person's graph may have previews and other savers. Servers too old to know of it run those too. */
function targetsOf(graph: RenderJob['graph']): { partial_execution_targets?: string[] } {
  const saving = saveNodeIds(graph);
  return saving.length > 0 ? { partial_execution_targets: saving } : {};
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
    super(refusal.kind, refusal.message, { cause: refusal, status: 200, wanted: refusal.wanted });
  }
}
