import { resolve } from 'node:path';
import { ModelError } from './errors.js';
import { InferenceThread, type Model } from './inference.js';

export type { Model };

/** Models of one lane run one after another, lanes side by side: detector and embedder each have theirs. */
export type Lane = 'find' | 'embed';

const threads = new Map<Lane, InferenceThread>();
// One session a model in a process, however many engines ask: a session holds the weights and its own arena.
const sessions = new Map<string, Promise<Model>>();

/** @throws ModelError where the file is missing or is no model. */
export async function openModel(modelsDir: string, file: string, lane: Lane): Promise<Model> {
  const path = resolve(modelsDir, file);
  const session = sessions.get(path) ?? threadOf(lane).open(path, lane === 'embed');
  sessions.set(path, session);
  try {
    return await session;
  } catch (error) {
    sessions.delete(path);
    throw new ModelError(
      'unusable',
      `The face model ${path} can't be loaded. Run \`azit models pull\` to fetch it again.`,
      { file: path },
      { cause: error },
    );
  }
}

function threadOf(lane: Lane): InferenceThread {
  const thread = threads.get(lane) ?? new InferenceThread(() => forget(lane));
  threads.set(lane, thread);
  return thread;
}

/** A thread that ended took its sessions along: the next use opens them anew. */
function forget(lane: Lane): void {
  threads.delete(lane);
  sessions.clear();
}
