import { NodeCache } from './cache.js';
import { isLink, type Graph } from './graph.js';
import type { Folders } from './folders.js';
import { Interrupted, type InterruptFlag } from './interrupt.js';
import type { LogBuffer } from './log-buffer.js';
import type { NodeDefinition } from './node.js';
import { nodeClasses } from './nodes/index.js';
import { ProgressRegistry } from './progress.js';
import type { QueueItem } from './prompt-queue.js';
import { asPython } from './python.js';
import type { Sampling } from './sampling.js';
import { Schedule } from './schedule.js';
import type { SocketHub } from './socket-hub.js';

export interface ExecutionResult {
  outputs: Record<string, unknown>;
  meta: Record<string, unknown>;
  status: { status_str: 'success' | 'error'; completed: boolean; messages: [string, Record<string, unknown>][] };
}

export interface ExecutorParts {
  folders: Folders;
  hub: SocketHub;
  interrupt: InterruptFlag;
  log: LogBuffer;
  sampling: Sampling;
}

/** Runs prompts, one at a time. */
export class Executor {
  private readonly cache = new NodeCache();

  constructor(private readonly parts: ExecutorParts) {}

  /** /free: nothing of earlier prompts is reused. */
  reset(): void {
    this.cache.clear();
  }

  async execute(item: QueueItem): Promise<ExecutionResult> {
    const { hub, interrupt, folders } = this.parts;
    interrupt.clear();
    const clientId = 'client_id' in item.extraData ? item.extraData.client_id : null;
    hub.executing(clientId === null || clientId === undefined ? null : String(clientId));
    const run = new Run(item, structuredClone(item.graph), this.cache, this.parts);
    run.message('execution_start', {});
    await this.cache.enter(run.graph, folders);
    return await run.all();
  }
}

/** One prompt on its way through the nodes. */
class Run {
  private readonly messages: [string, Record<string, unknown>][] = [];
  private readonly executed = new Set<string>();
  private readonly progress: ProgressRegistry;

  constructor(
    private readonly item: QueueItem,
    readonly graph: Graph,
    private readonly cache: NodeCache,
    private readonly parts: ExecutorParts,
  ) {
    this.progress = new ProgressRegistry(item.promptId, (event, data) => parts.hub.toExecuting(event, data));
  }

  /** Kept for the history and sent to the prompt's own client; `broadcast`: without one, to everybody. */
  message(event: string, data: Record<string, unknown>, broadcast = false): void {
    const whole = { prompt_id: this.item.promptId, ...data, timestamp: Date.now() };
    this.messages.push([event, whole]);
    if (broadcast || this.parts.hub.hasExecutingClient) this.parts.hub.toExecuting(event, whole);
  }

  async all(): Promise<ExecutionResult> {
    const cached = Object.keys(this.graph).filter((id) => this.cache.get(id));
    this.message('execution_cached', { nodes: cached });
    const schedule = new Schedule(this.graph, this.item.outputs, (id) => this.cache.get(id) !== undefined);
    let ok = true;
    for (let id = schedule.next(); id !== null && ok; id = schedule.next()) {
      ok = await this.node(id);
      if (ok) schedule.done(id);
    }
    if (ok) this.message('execution_success', {});
    this.parts.hub.lastNode = null;
    return this.result(ok);
  }

  private async node(id: string): Promise<boolean> {
    const cached = this.cache.get(id);
    if (cached) {
      this.tellExecuted(id, cached.ui);
      this.progress.finish(id);
      return true;
    }
    try {
      await this.execute(id);
    } catch (error) {
      this.failed(id, error);
      return false;
    }
    this.progress.finish(id);
    this.executed.add(id);
    return true;
  }

  private async execute(id: string): Promise<void> {
    const { hub, folders, interrupt, log, sampling } = this.parts;
    const node = this.graph[id];
    this.progress.start(id);
    if (hub.hasExecutingClient) {
      hub.lastNode = id;
      hub.toExecuting('executing', { node: id, display_node: id, prompt_id: this.item.promptId });
    }
    interrupt.throwIfRaised();
    const { outputs, ui = null } = await (nodeClasses.get(node.class_type) as NodeDefinition).run(this.inputsOf(id), {
      folders,
      sampling,
      graph: this.graph,
      memory: this.cache.memoryOf(this.graph, id),
      extraPnginfo: (this.item.extraData.extra_pnginfo as Record<string, unknown>) ?? null,
      log: (line) => log.write(line),
      progress: (value, max) => this.progress.update(id, value, max),
      throwIfInterrupted: () => interrupt.throwIfRaised(),
    });
    if (ui) this.tellExecuted(id, ui);
    this.cache.set(id, { outputs, ui });
  }

  private tellExecuted(id: string, ui: Record<string, unknown> | null): void {
    const { hub } = this.parts;
    if (!hub.hasExecutingClient) return;
    hub.toExecuting('executed', { node: id, display_node: id, output: ui, prompt_id: this.item.promptId });
  }

  private inputsOf(id: string): Record<string, unknown> {
    const resolve = (value: unknown) => (isLink(value) ? this.cache.get(value[0])?.outputs.at(value[1]) : value);
    return Object.fromEntries(Object.entries(this.graph[id].inputs).map(([name, value]) => [name, resolve(value)]));
  }

  private failed(id: string, error: unknown): void {
    const where = { node_id: id, node_type: this.graph[id].class_type, executed: [...this.executed] };
    if (error instanceof Interrupted) {
      this.parts.log.write('Processing interrupted');
      this.message('execution_interrupted', where, true);
      return;
    }
    const { type, message } = asPython(error);
    this.parts.log.write(`!!! Exception during processing !!! ${message}`);
    this.message('execution_error', {
      ...where,
      exception_message: `${message}\n`,
      exception_type: type,
      traceback: [`  File "execution.py", line 525, in execute\n`, `  File "nodes.py", in ${where.node_type}\n`],
      current_inputs: this.formattedInputs(id),
      current_outputs: Object.keys(this.graph),
    });
  }

  private formattedInputs(id: string): Record<string, unknown[]> {
    const format = (value: unknown) => (typeof value === 'object' && value !== null ? '<object>' : (value ?? null));
    return Object.fromEntries(Object.entries(this.inputsOf(id)).map(([name, value]) => [name, [format(value)]]));
  }

  private result(ok: boolean): ExecutionResult {
    const outputs: Record<string, unknown> = {};
    const meta: Record<string, unknown> = {};
    for (const id of Object.keys(this.graph)) {
      const ui = this.cache.get(id)?.ui;
      if (!ui) continue;
      outputs[id] = ui;
      meta[id] = { node_id: id, display_node: id, parent_node: null, real_node_id: id };
    }
    return { outputs, meta, status: { status_str: ok ? 'success' : 'error', completed: ok, messages: this.messages } };
  }
}
