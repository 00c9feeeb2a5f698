import { Worker } from 'node:worker_threads';
import { giveBack, takeTensor } from './memory.js';

export interface Tensor {
  data: Float32Array;
  dims: readonly number[];
}

export interface Model {
  /** Of the input, by the file; null where it may be any. */
  shape: readonly (number | null)[];
  /** Takes the input away. */
  run(input: Float32Array<ArrayBuffer>, shape: readonly number[]): Promise<Record<string, Tensor>>;
}

/**
 * `all` lays tensors out in blocks of channels, twice as fast for plain convolutions; PReLU, which embedders have after
 * each, wants them in rows, and turning them to and fro costs three times the model itself (fr_feature: 71 against 24 ms).
 */
export type Optimisation = 'all' | 'extended';

export type InferenceRequest =
  | { kind: 'open'; path: string; optimisation: Optimisation }
  | { kind: 'run'; path: string; input: Float32Array<ArrayBuffer>; shape: readonly number[] };

export type InferenceReply =
  | { shape: (number | null)[] }
  /** `input` comes back for the next picture. */
  | { outputs: Record<string, Tensor>; input: Float32Array<ArrayBuffer> }
  | { error: string };

interface Waiting {
  resolve(reply: InferenceReply): void;
  reject(error: Error): void;
}

/** As many pictures as this go through a model at once, where it takes more than one. */
const largestBatch = 8;

interface Queued {
  input: Float32Array<ArrayBuffer>;
  shape: readonly number[];
  resolve(outputs: Record<string, Tensor>): void;
  reject(error: unknown): void;
}

/**
 * A thread that runs models: onnxruntime-node blocks the thread it is called in, and this process must stay able to
 * decode pictures and to answer. Keeps no process alive while it has nothing to do.
 */
export class InferenceThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;

  /** @param runtime the folder of onnxruntime-node */
  constructor(
    runtime: string,
    private readonly onEnd: () => void,
  ) {
    this.worker = workerOf('inference-thread', runtime);
    this.worker.on('message', ({ id, reply }: { id: number; reply: InferenceReply }) => this.settle(id, reply));
    this.worker.on('error', (error) => this.end(error));
    this.worker.on('exit', () => this.end(new Error('The thread that runs the face models has stopped.')));
    this.worker.unref();
  }

  /** Faces that wait for an embedder go through it together, where its file says so. */
  async open(path: string, embeds: boolean): Promise<Model> {
    const optimisation = embeds ? 'extended' : 'all';
    const { shape } = (await this.ask({ kind: 'open', path, optimisation })) as { shape: (number | null)[] };
    const queue: Queued[] = [];
    let most = embeds && shape[0] === null ? largestBatch : 1;
    let busy = false;
    const drain = async () => {
      if (busy) return;
      busy = true;
      while (queue.length > 0) if (!(await this.runTogether(path, queue.splice(0, most)))) most = 1;
      busy = false;
    };
    return {
      shape,
      run: (input, wanted) =>
        new Promise((resolve, reject) => {
          queue.push({ input, shape: wanted, resolve, reject });
          void drain();
        }),
    };
  }

  /** False where the model takes its pictures only one by one after all. */
  private async runTogether(path: string, batch: Queued[]): Promise<boolean> {
    const [first] = batch;
    const shape = [batch.length, ...first.shape.slice(1)];
    try {
      const input = batch.length === 1 ? first.input : joined(batch.map((one) => one.input));
      const reply = await this.ask({ kind: 'run', path, input, shape });
      const { outputs } = reply as { outputs: Record<string, Tensor> };
      for (const [index, one] of batch.entries()) one.resolve(partOf(outputs, index, batch.length));
      return true;
    } catch (error) {
      if (batch.length === 1) first.reject(error);
      else for (const one of batch) await this.runTogether(path, [one]);
      return batch.length === 1;
    }
  }

  private ask(request: InferenceRequest): Promise<InferenceReply> {
    const id = this.nextId++;
    this.worker.ref();
    return new Promise<InferenceReply>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, request }, request.kind === 'run' ? [request.input.buffer] : []);
    });
  }

  private settle(id: number, reply: InferenceReply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.worker.unref();
    if ('input' in reply) giveBack(reply.input);
    if ('error' in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply);
  }

  private end(error: Error): void {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    this.onEnd();
    for (const { reject } of waiting) reject(error);
  }
}

function joined(inputs: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const [{ length }] = inputs;
  const all = takeTensor(length * inputs.length);
  for (const [index, input] of inputs.entries()) all.set(input, index * length);
  return all;
}

function partOf(outputs: Record<string, Tensor>, index: number, of: number): Record<string, Tensor> {
  if (of === 1) return outputs;
  const part = ({ data, dims }: Tensor): Tensor => {
    const length = data.length / of;
    return { data: data.subarray(index * length, (index + 1) * length), dims: [1, ...dims.slice(1)] };
  };
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, part(tensor)]));
}

/** It only hands tensors to and fro: without limits V8 lets its garbage grow to tens of MB. */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** A thread from a module beside this one: the compiled file, or from source (tests) through tsx. */
function workerOf(name: string, runtime: string): Worker {
  if (import.meta.url.endsWith('.js'))
    return new Worker(new URL(`./${name}.js`, import.meta.url), { resourceLimits, workerData: { runtime } });
  const module = new URL(`./${name}.ts`, import.meta.url).href;
  return new Worker(new URL('./thread-from-source.mjs', import.meta.url), {
    workerData: { module, runtime },
    execArgv: [],
  });
}
