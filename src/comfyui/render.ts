import { cancelPrompt } from './cancel.js';
import { downloadOutput, type DownloadedImage } from './download.js';
import { ComfyError } from './errors.js';
import { saveNodeIds } from './graph.js';
import type { PromptLookup, PromptState } from './prompt-state.js';
import { executionFailureError } from './refusal.js';
import { freeMemory } from './server.js';
import { settle, type EndState, type RenderProgress } from './settle.js';
import type { Socket } from './socket.js';
import { PartlyRefusedError, submitOrAttach, type RenderJob } from './submit.js';

/** How often one prompt may meet each misfortune before it is the caller's. */
const allowed = {
  /** Restarts, or somebody who clears the queue. */
  lost: 5,
  /** Somebody who presses "interrupt". */
  interrupted: 2,
  /** Free memory and try once more. */
  memory: 1,
  /** Outputs deleted before we had them. */
  gone: 2,
};

export interface RenderedImage extends DownloadedImage {
  /** The server had the very same work in its cache and did not draw again. */
  cached: boolean;
  /** The server's own time from start to success, in milliseconds by its clock. */
  executionMs: number;
}

export interface RenderOptions {
  signal?: AbortSignal;
  onProgress?: (progress: RenderProgress) => void;
  /** The prompt has left the server's queue; the picture is still to be fetched. */
  onExecuted?: () => void;
}

/**
 * One prompt from its graph to its verified picture, through restarts, lost replies, interruptions, deleted files and one
 * shortage of memory. Safe to call again with the same id: it attaches. An abort cancels the prompt, then throws.
 */
export async function render(
  job: RenderJob,
  lookup: PromptLookup,
  socket: Socket,
  options: RenderOptions,
): Promise<RenderedImage> {
  options.signal?.throwIfAborted();
  const release = socket.hold();
  try {
    return await new Rendering(job, lookup, socket, options).run();
  } catch (error) {
    if (mustCancel(error, options.signal)) await cancelQuietly(job, lookup);
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    release();
  }
}

class Rendering {
  readonly #met = { lost: 0, interrupted: 0, memory: 0, gone: 0 };

  constructor(
    readonly job: RenderJob,
    readonly lookup: PromptLookup,
    readonly socket: Socket,
    readonly options: RenderOptions,
  ) {}

  async run(): Promise<RenderedImage> {
    for (let known = await this.#fromEarlierAttempt(); ; known = null) {
      const image = await this.#conclude(await this.#execute(known));
      if (image) return image;
    }
  }

  async #execute(known: PromptState | null): Promise<EndState> {
    const { job, lookup, socket, options } = this;
    const state = await submitOrAttach(job, known, lookup, () => socket.clientId(), options.signal);
    return await settle(job.promptId, state, lookup, socket, options);
  }

  /** null: render again. */
  async #conclude(end: EndState): Promise<RenderedImage | null> {
    const { graph, promptId } = this.job;
    const { label } = this.lookup.connection;
    switch (end.kind) {
      case 'done':
        return await this.#fetch(end);
      case 'lost':
        this.#count('lost', new ComfyError('lost', `ComfyUI at ${label} keeps forgetting the prompt ${promptId}.`));
        return null;
      case 'cancelled':
        this.#count('interrupted', new ComfyError('interrupted', `Somebody keeps stopping our prompts at ${label}.`));
        await this.#forget();
        return null;
      case 'failed': {
        const error = executionFailureError(end.failure, graph, label);
        if (error.kind !== 'out-of-memory') throw error;
        this.#count('memory', error);
        await freeMemory(this.lookup.connection);
        await this.#forget();
        return null;
      }
    }
  }

  async #fetch(end: EndState & { kind: 'done' }): Promise<RenderedImage | null> {
    const { graph } = this.job;
    const { connection } = this.lookup;
    this.options.onExecuted?.();
    const download = await downloadOutput(end.outputs, graph, connection, this.options.signal);
    if (download.kind === 'whole') {
      const cached = saveNodeIds(graph).some((id) => end.cachedNodes.includes(id));
      return { ...download.image, cached, executionMs: end.executionMs };
    }
    this.#count(
      'gone',
      new ComfyError('broken-image', `Pictures vanish from ${connection.label}: ${download.reason}.`),
    );
    // Without this the same graph is answered from the cache, with the name of the file that is gone.
    await freeMemory(connection);
    await this.#forget();
    return null;
  }

  #count(misfortune: keyof typeof allowed, error: ComfyError): void {
    if (++this.#met[misfortune] > allowed[misfortune]) throw error;
    const { promptId } = this.job;
    this.lookup.connection.logger.info({ promptId, misfortune }, 'ComfyUI has to render a prompt again');
  }

  /** Where the prompt is already; a failure of an earlier attempt is not the end of this one. */
  async #fromEarlierAttempt(): Promise<PromptState | null> {
    const state = await this.lookup.find(this.job.promptId, this.options.signal);
    if (state.kind !== 'failed' && state.kind !== 'cancelled') return state;
    await this.#forget();
    return null;
  }

  /** Takes our entry out of the history, so that the same id can be submitted and looked up anew. */
  async #forget(): Promise<void> {
    await this.lookup.connection.callPatiently('POST', '/history', { json: { delete: [this.job.promptId] } });
  }
}

/** Whatever we leave in the queue would run for nobody. */
const mustCancel = (error: unknown, signal?: AbortSignal): boolean =>
  Boolean(signal?.aborted) || error instanceof PartlyRefusedError;

async function cancelQuietly({ promptId }: RenderJob, lookup: PromptLookup): Promise<void> {
  try {
    await cancelPrompt(promptId, lookup);
  } catch (error) {
    lookup.connection.logger.warn({ promptId, error: (error as Error).message }, 'a prompt could not be cancelled');
  }
}
