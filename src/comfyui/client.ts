import { cancelPrompt } from './cancel.js';
import { Connection } from './connection.js';
import type { ComfyError } from './errors.js';
import { isFitAgain, type Unfitness } from './fitness.js';
import type { ApiGraph } from './graph.js';
import { Inventory } from './inventory.js';
import { hasByNow } from './lack.js';
import { defaultTimeouts, type Timeouts } from './bounds.js';
import { ensureLora } from './lora.js';
import { tidyLoras } from './lora-tidy.js';
import { silent, type Logger } from './options.js';
import { OutputFolder } from './outputs.js';
import { PromptLookup, type PromptState } from './prompt-state.js';
import { render, type RenderedImage, type RenderOptions } from './render.js';
import { renderAll, type RenderAllOptions, type Rendered } from './render-all.js';
import { readLoraReport, type LoraReport, type OwnExecutions } from './lora-report.js';
import { freeMemory, readLogMark, readStats, type ServerStats } from './server.js';
import { Socket } from './socket.js';
import type { RenderJob } from './job.js';
import { uploadImage } from './upload.js';

export interface ComfyClientOptions {
  /** e.g. http://127.0.0.1:8188; may have a path */
  baseUrl: string;
  /** Sent with every request and with the websocket, e.g. Authorization. */
  headers?: Record<string, string>;
  /** The server's `models/loras` (or a folder inside it) as this process sees it. */
  lorasDir?: string;
  /** The server's output folder as this process sees it, where pictures are to be removed once they are kept. */
  outputDir?: string;
  logger?: Logger;
  timeouts?: Partial<Timeouts>;
}

/** One ComfyUI server. Every method throws ComfyError, or the reason of its signal. */
export interface ComfyClient {
  /** Which one, for people and records. */
  readonly address: string;
  /** Submits the prompt, or attaches to it; waits, downloads and verifies. */
  render(job: RenderJob, options?: RenderOptions): Promise<RenderedImage>;
  /** Many, `depth` deep in the server's queue, in order of completion. */
  renderAll(
    jobs: AsyncIterable<RenderJob> | Iterable<RenderJob>,
    options?: RenderAllOptions,
  ): AsyncGenerator<Rendered, void, void>;
  /** Where a prompt is now. */
  find(promptId: string): Promise<PromptState>;
  /** Returns when the prompt neither waits nor runs. */
  cancel(promptId: string): Promise<void>;
  /** Idempotent. @returns what LoadImage takes */
  uploadImage(bytes: Buffer, sha256: string): Promise<string>;
  /** Brings a LoRA file to the server, once. @returns the name that the server lists */
  ensureLora(path: string, sha256: string, label: string, user?: string, signal?: AbortSignal): Promise<string>;
  /** Removes what `ensureLora` put into the folder for users that are all released. @returns the names */
  tidyLoras(isReleased: (user: string) => Promise<boolean>): Promise<string[]>;
  /** The pictures of these graphs are kept elsewhere: removes them from `outputDir`, if any. */
  removeOutputs(graphs: readonly ApiGraph[]): Promise<void>;
  /** Removes pictures of ours that nobody fetched for a day. */
  tidyOutputs(): Promise<void>;
  /** What the server's log says of LoRAs since a `logMark`; null: all that it still holds. */
  loraReport(since: string | null, own?: OwnExecutions): Promise<LoraReport>;
  logMark(): Promise<string | null>;
  stats(): Promise<ServerStats>;
  /** What the server has, as it says now. */
  inventory(): Inventory;
  free(): Promise<void>;
  /** One look, without patience: whether what `unfitnessOf` found is over. */
  isFitAgain(unfitness: Unfitness): Promise<boolean>;
  /** One look: whether the server has what `lackOfServer` found missing. */
  hasByNow(lack: ComfyError): Promise<boolean>;
  close(): Promise<void>;
}

/** @throws ComfyError 'bad-setting' for an address that is none. */
export function createComfyClient(options: ComfyClientOptions): ComfyClient {
  const { baseUrl, headers = {}, lorasDir, outputDir, logger = silent } = options;
  const connection = new Connection(baseUrl, headers, { ...defaultTimeouts, ...options.timeouts }, logger);
  const lookup = new PromptLookup(connection);
  const socket = new Socket(connection);
  const outputs = new OutputFolder(outputDir, logger);
  const renderOne = (job: RenderJob, how: RenderOptions = {}): Promise<RenderedImage> =>
    render(job, lookup, socket, how);
  return {
    address: connection.label,
    render: renderOne,
    renderAll: (jobs, how = {}) => renderAll(renderOne, jobs, how),
    find: (promptId) => lookup.find(promptId),
    cancel: (promptId) => cancelPrompt(promptId, lookup),
    uploadImage: (bytes, sha256) => uploadImage(bytes, sha256, connection),
    ensureLora: (path, sha256, label, user = '', signal) =>
      ensureLora({ path, sha256, label, user }, lorasDir, connection, signal),
    tidyLoras: (isReleased) => tidyLoras(lorasDir, isReleased, logger),
    removeOutputs: (graphs) => outputs.remove(graphs),
    tidyOutputs: () => outputs.tidy(),
    loraReport: (since, own) => readLoraReport(connection, since, own),
    logMark: () => readLogMark(connection),
    stats: () => readStats(connection),
    inventory: () => new Inventory(connection),
    free: () => freeMemory(connection),
    isFitAgain: (unfitness) => isFitAgain(unfitness, lookup),
    hasByNow: (lack) => hasByNow(lack, lorasDir, connection),
    async close() {
      socket.close();
      await connection.close();
    },
  };
}
