// The thread that runs the face models: one session a model.
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession as Session } from 'onnxruntime-common';
import type { InferenceReply, InferenceRequest } from './inference.js';
import { loadRuntime } from './load-runtime.js';

const { InferenceSession, Tensor } = loadRuntime((workerData as { runtime: string }).runtime);

/** Old exports flood stderr with warnings below this level. */
const errorsOnly = 3;
/** More threads than this gain nothing for models of this size. */
const threads = Math.min(4, availableParallelism());

const sessions = new Map<string, Session>();

async function answer(request: InferenceRequest): Promise<InferenceReply> {
  if (request.kind === 'open') {
    const session = await InferenceSession.create(request.path, {
      logSeverityLevel: errorsOnly,
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: request.optimisation,
      // An arena keeps what the largest model ever took; waiting threads that spin take a core from the decoder.
      enableCpuMemArena: false,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    sessions.set(request.path, session);
    const [input] = session.inputMetadata;
    const shape = input.isTensor ? input.shape : [];
    return { shape: shape.map((side) => (typeof side === 'number' ? side : null)) };
  }
  const session = sessions.get(request.path)!;
  const input = new Tensor('float32', request.input, request.shape);
  const outputs = await session.run({ [session.inputNames[0]]: input });
  // In the file's order, and copied: what onnxruntime returned lies in its own memory.
  const copied = session.outputNames.map((name): [string, Copied] => {
    const { data, dims } = outputs[name];
    return [name, { data: Float32Array.from(data as Float32Array), dims }];
  });
  return { outputs: Object.fromEntries(copied), input: request.input };
}

interface Copied {
  data: Float32Array<ArrayBuffer>;
  dims: readonly number[];
}

const buffersOf = (reply: InferenceReply): ArrayBuffer[] =>
  'outputs' in reply
    ? [reply.input.buffer, ...Object.values(reply.outputs).map(({ data }) => data.buffer as ArrayBuffer)]
    : [];

parentPort?.on('message', ({ id, request }: { id: number; request: InferenceRequest }) => {
  void answer(request)
    .catch((error: unknown): InferenceReply => ({ error: error instanceof Error ? error.message : String(error) }))
    .then((reply) => parentPort?.postMessage({ id, reply }, buffersOf(reply)));
});
