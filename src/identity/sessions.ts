import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError } from './errors.js';

export interface Model {
  run(input: Float32Array, shape: number[]): Promise<Record<string, Tensor>>;
}

/** Old exports flood stderr with warnings below this level. */
const errorsOnly = 3;

// One session a model in a process, however many engines ask: a session holds the weights and its own arena.
const sessions = new Map<string, Promise<Model>>();

/** @throws ModelError where the file is missing or is no model. */
export async function openModel(modelsDir: string, file: string, threads: number): Promise<Model> {
  const path = join(modelsDir, file);
  const key = `${path} ${threads}`;
  const session = sessions.get(key) ?? createModel(path, threads);
  sessions.set(key, session);
  try {
    return await session;
  } catch (error) {
    sessions.delete(key);
    throw new ModelError(
      'unusable',
      `The face model ${path} can't be loaded. Run \`azit models pull\` to fetch it again.`,
      { file: path },
      { cause: error },
    );
  }
}

async function createModel(path: string, threads: number): Promise<Model> {
  const ort = await import('onnxruntime-node');
  const session: InferenceSession = await ort.InferenceSession.create(path, {
    logSeverityLevel: errorsOnly,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const [input] = session.inputNames;
  return {
    run: async (values, shape) =>
      (await session.run({ [input]: new ort.Tensor('float32', values, shape) })) as Record<string, Tensor>,
  };
}
