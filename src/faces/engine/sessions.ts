import { resolve } from 'node:path';
import { fileLimits } from '../../files/limits.js';
import { regularSize } from '../../files/regular-file.js';
import { ModelError } from '../models/errors.js';
import { InferenceThread, type Model } from './inference.js';
import { ensureRuntime } from '../models/runtime.js';

export type { Model };

/** A detector, or a part of one face; or an embedder: see `Optimisation`. */
export type ModelKind = 'finder' | 'embedder';

// One thread for all: a second one would cost 20 MB and gain little, since onnxruntime itself uses the cores.
let thread: Promise<InferenceThread> | null = null;
// One session a model in a process, however many engines ask: a session holds the weights and its own arena.
const sessions = new Map<string, Promise<Model>>();

/** @throws ModelError where the file is missing or is no model. */
export async function openModel(modelsDir: string, file: string, kind: ModelKind): Promise<Model> {
  const path = resolve(modelsDir, file);
  const session = sessions.get(path) ?? opened(path, kind);
  sessions.set(path, session);
  try {
    return await session;
  } catch (error) {
    sessions.delete(path);
    if (error instanceof ModelError) throw error;
    throw new ModelError(
      'unusable',
      `The face model ${path} can't be loaded. Run \`azit models pull\` to download it again.`,
      { file: path },
      { cause: error },
    );
  }
}

/** onnxruntime would wait for a pipe's writer, and all faces with it. */
async function opened(path: string, kind: ModelKind): Promise<Model> {
  await regularSize(path, { maxBytes: fileLimits.model });
  return await (await threadOfModels()).open(path, kind === 'embedder');
}

async function threadOfModels(): Promise<InferenceThread> {
  thread ??= ensureRuntime().then((runtime) => new InferenceThread(runtime, forget));
  try {
    return await thread;
  } catch (error) {
    thread = null;
    throw error;
  }
}

/** A thread that ended took its sessions along: the next use opens them anew. */
function forget(): void {
  thread = null;
  sessions.clear();
}
