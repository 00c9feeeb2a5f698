import { misfortunes } from './bounds.js';
import { cancelPrompt, type CancelOptions } from './cancel.js';
import { downloadOutput, type Download, type DownloadedImage } from './download.js';
import { ComfyError } from './errors.js';
import type { Execution } from './execution.js';
import { unfitnessOf } from './fitness.js';
import { saveNodeIds } from './graph.js';
import type { RenderJob } from './job.js';
import type { PromptLookup, PromptState } from './prompt-state.js';
import { executionFailureError } from './refusal.js';
import { freeMemory, readStats, type ServerStats } from './server.js';
import { settle, type EndState, type RenderProgress } from './settle.js';
import type { Socket } from './socket.js';
import { PartlyRefusedError, Submission } from './submit.js';

/** An unfit server is asked once to let our prompt go; whether it does is not waited for. */
const unfitCancelMs = 1000;

export interface RenderedImage extends DownloadedImage {
  /** The server had the very same work in its cache and did not draw again. */
  cached: boolean;
  /** The server's own time from start to success, in milliseconds by its clock. */
  executionMs: number;
  /** When the server ran it, each time; empty where it does not tell. */
  executions: Execution[];
  /** Asked as it was executed: another version may come up before the image is kept. Null: it did not say. */
  server: ServerStats | null;
}

export interface RenderOptions {
  signal?: AbortSignal;
  onProgress?: (progress: RenderProgress) => void;
  /** The prompt has left the server's queue; the picture is still to be fetched. */
  onExecuted?: () => void;
}

/**
 * One prompt from its graph to its verified image. Its states:
 * Submitted: the server has the prompt, posted now or by an earlier attempt with the same id (`submit.ts`).
 * Settled: it is done, lost, interrupted or failed (`settle.ts`). Lost and interrupted prompts, deleted files and one
 * shortage of memory lead back to submitted, each a limited number of times.
 * Fetched: the image is downloaded and checked.
 * Safe to call again with the same id. An abort cancels the prompt, then throws.
 */
export async function render(
  job: RenderJob,
  lookup: PromptLookup,
  socket: Socket,
  options: RenderOptions,
): Promise<RenderedImage> {
  options.signal?.throwIfAborted();
  const release = socket.hold();
  const rendering = new Rendering(job, lookup, socket, options);
  try {
    return await rendering.run();
  } catch (error) {
    const cancel = rendering.cancelAfter(error);
    if (cancel) await cancelQuietly(job, lookup, cancel);
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    release();
  }
}

class Rendering {
  readonly #met = { lost: 0, interrupted: 0, node: 0, memory: 0, gone: 0, stale: 0 };
  readonly #submission: Submission;
  readonly #executions: Execution[] = [];

  constructor(
    readonly job: RenderJob,
    readonly lookup: PromptLookup,
    readonly socket: Socket,
    readonly options: RenderOptions,
  ) {
    this.#submission = new Submission(job, lookup, () => socket.clientId());
  }

  async run(): Promise<RenderedImage> {
    for (let known = await this.#fromEarlierAttempt(); ; known = null) {
      const image = await this.#conclude(await this.#execute(known));
      if (image) return image;
    }
  }

  /** Whatever we leave in the queue would run for nobody. null: nothing of ours is there, or it is to be found again. */
  cancelAfter(error: unknown): CancelOptions | null {
    const { signal } = this.options;
    const isAborted = signal?.aborted === true;
    // The rest of a batch is aborted with the failure of its first.
    const cause: unknown = isAborted ? signal.reason : error;
    const unfit = unfitnessOf(cause);
    // The marker stays: by it a restart will be noticed.
    if (unfit?.until === 'restart')
      return unfit.error.marker === this.job.promptId ? null : { withinMs: unfitCancelMs };
    if (unfit || isShutOut(cause)) return null;
    return isAborted || error instanceof PartlyRefusedError ? { mayArrive: this.#submission.mayArrive } : null;
  }

  async #execute(known: PromptState | null): Promise<EndState> {
    const { job, lookup, socket, options } = this;
    const state = await this.#submission.submitOrAttach(known, options.signal);
    const { postedAs } = this.#submission;
    const end = await settle({ promptId: job.promptId, postedAs }, state, lookup, socket, options);
    if (end.kind !== 'lost' && end.execution) this.#executions.push(end.execution);
    return end;
  }

  /** null: render again. */
  async #conclude(end: EndState): Promise<RenderedImage | null> {
    const { promptId } = this.job;
    const { connection } = this.lookup;
    switch (end.kind) {
      case 'done':
        return await this.#fetch(end);
      case 'lost': {
        const message = `ComfyUI at ${connection.label} forgot the prompt ${promptId} (a restart, a cleared queue, or a gateway that spreads requests over several servers).`;
        this.#count('lost', new ComfyError('lost', message));
        return null;
      }
      case 'cancelled':
        this.#count(
          'interrupted',
          new ComfyError('interrupted', `Somebody interrupted the prompt ${promptId} at ${connection.label}.`),
        );
        await this.#forget();
        return null;
      case 'failed': {
        const error = executionFailureError(end.failure, this.job, connection.label);
        if (error.kind !== 'out-of-memory' && error.kind !== 'validation') throw error;
        this.#count(error.kind === 'validation' ? 'node' : 'memory', error);
        if (error.kind === 'out-of-memory') await freeMemory(connection);
        await this.#forget();
        return null;
      }
    }
  }

  async #fetch(end: EndState & { kind: 'done' }): Promise<RenderedImage | null> {
    const { graph, fresh } = this.job;
    const { connection } = this.lookup;
    const cached = saveNodeIds(graph).some((id) => end.cachedNodes.includes(id));
    const isStale = fresh && end.cachedNodes.length > 0;
    if (isStale && ++this.#met.stale <= misfortunes.stale) return await this.#drawAnew();
    this.options.onExecuted?.();
    const [server, download] = await Promise.all([
      readStats(connection).catch(() => null),
      downloadOutput(end.outputs, graph, connection, this.options.signal),
    ]);
    if (download.kind === 'whole') {
      return { ...download.image, cached, executionMs: end.executionMs, executions: this.#executions, server };
    }
    const missing = missingPicture(download, this.job, connection.label);
    // A video may take an hour to draw.
    if (download.kind === 'other') throw missing;
    this.#count('gone', missing);
    return await this.#drawAnew();
  }

  /** Without freeing, the same graph is answered from the cache, with the name of the file that was there. */
  async #drawAnew(): Promise<null> {
    await freeMemory(this.lookup.connection);
    await this.#forget();
    return null;
  }

  #count(misfortune: Exclude<keyof typeof misfortunes, 'stale'>, error: ComfyError): void {
    const times = ++this.#met[misfortune];
    const allowed = misfortunes[misfortune];
    if (times > allowed) throw error;
    const { promptId } = this.job;
    const cure = misfortune === 'memory' ? 'Freeing memory there, then rendering it again' : 'Rendering it again';
    this.lookup.connection.logger.info(
      { promptId, misfortune, times },
      `${error.message} ${cure} (${times} of ${allowed}).`,
    );
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

function missingPicture(
  { kind, reason }: Exclude<Download, { kind: 'whole' }>,
  { promptId, graph }: RenderJob,
  label: string,
): ComfyError {
  const message = `Could not download the image of prompt ${promptId} from ${label}: ${reason}`;
  if (kind === 'gone') return new ComfyError('broken-image', `${message}.`);
  const saving = saveNodeIds(graph).map((id) => `node ${id}, ${graph[id].class_type},`)[0] ?? 'a node';
  return new ComfyError('validation', `${message}; ${saving} should save one as PNG, JPEG or WebP.`);
}

/** Nothing of ours got in, and no cancel would. */
const isShutOut = (error: unknown): boolean =>
  error instanceof ComfyError && (error.kind === 'forbidden' || error.kind === 'bad-setting');

async function cancelQuietly({ promptId }: RenderJob, lookup: PromptLookup, options: CancelOptions): Promise<void> {
  try {
    await cancelPrompt(promptId, lookup, options);
  } catch (error) {
    const { message } = error as Error;
    lookup.connection.logger.warn({ promptId }, `The prompt ${promptId} could not be cancelled: ${message}`);
  }
}
