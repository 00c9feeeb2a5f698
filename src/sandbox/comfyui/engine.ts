import type { Dialect } from './dialect.js';
import { Drawing } from './drawing.js';
import { Executor } from './executor.js';
import { Folders } from './folders.js';
import { InterruptFlag } from './interrupt.js';
import { LogBuffer } from './log-buffer.js';
import { PromptQueue } from './prompt-queue.js';
import { Sampling } from './sampling.js';
import { SocketHub } from './socket-hub.js';

export interface EngineOptions {
  baseDirectory: string;
  fixedRenderMs?: number;
  argv: string[];
  dialect: Dialect;
  print?: (line: string) => void;
}

/** Everything behind the HTTP routes: the queue, the one worker that empties it, what it draws with. */
export class Engine {
  readonly hub: SocketHub;
  readonly queue = new PromptQueue(() => this.hub.queueChanged());
  readonly interrupt = new InterruptFlag();
  readonly log: LogBuffer;
  readonly argv: string[];
  readonly dialect: Dialect;
  private readonly drawing = new Drawing();
  private readonly executor: Executor;
  private closing = false;
  private crash: () => void = () => undefined;
  /** Resolves when a request has ended the server, as some end the process of ComfyUI. */
  readonly crashed = new Promise<void>((resolve) => (this.crash = resolve));

  private constructor(
    readonly folders: Folders,
    options: EngineOptions,
  ) {
    this.argv = options.argv;
    this.dialect = options.dialect;
    this.hub = new SocketHub(this.dialect.features);
    this.log = new LogBuffer(this.dialect.coloursLog, options.print);
    this.hub.queue = this.queue;
    const sampling = new Sampling(this.drawing, options.fixedRenderMs);
    if (options.fixedRenderMs === undefined) this.drawing.warmUp();
    this.executor = new Executor({ folders, sampling, hub: this.hub, interrupt: this.interrupt, log: this.log });
  }

  static async open(options: EngineOptions): Promise<Engine> {
    return new Engine(await Folders.open(options.baseDirectory), options);
  }

  /** Runs prompts until `close`. */
  async work(): Promise<void> {
    while (!this.closing) {
      const item = await this.queue.take();
      if (this.closing) return;
      if (item) {
        if (item.killsWorker) return;
        if (isUnhashable(item.extraData.client_id)) return this.crash();
        const started = Date.now();
        const result = await this.executor.execute(item);
        this.queue.done(item, result);
        // Sent after the history can be read, unlike execution_success.
        if (this.hub.hasExecutingClient) this.hub.toExecuting('executing', { node: null, prompt_id: item.promptId });
        this.log.write(`Prompt executed in ${((Date.now() - started) / 1000).toFixed(2)} seconds`);
      }
      if (this.queue.takeFreeRequest()) this.executor.reset();
    }
  }

  /** Stops at once, as ComfyUI does on SIGTERM: what runs and waits is lost. */
  async close(): Promise<void> {
    this.closing = true;
    this.queue.clear();
    this.interrupt.raise();
    this.queue.stir();
    this.hub.close();
    await this.drawing.close();
  }
}

/** ComfyUI looks sockets up by the client id: a list or an object raises in its send loop, which ends the process. */
const isUnhashable = (clientId: unknown): boolean => typeof clientId === 'object' && clientId !== null;
