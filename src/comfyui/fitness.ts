import { ComfyError, type ComfyErrorKind } from './errors.js';
import type { PromptLookup } from './prompt-state.js';
import { statsReply } from './replies.js';
import { parseJson } from './reply.js';

/** Why a server should get no work now. */
export interface Unfitness {
  error: ComfyError;
  /** `restart`: this process of the server will never work again. `answer`: it is away. */
  until: 'restart' | 'answer';
}

const away: ReadonlySet<ComfyErrorKind> = new Set(['unreachable', 'dropped', 'timeout', 'server-error', 'bad-reply']);

/** null: the error says nothing against the server. */
export function unfitnessOf(error: unknown): Unfitness | null {
  if (!(error instanceof ComfyError)) return null;
  if (error.type === 'server-unfit') return { error, until: 'restart' };
  return away.has(error.kind) ? { error, until: 'answer' } : null;
}

/**
 * One look, without patience. ComfyUI has no id of its process, but forgets every prompt when it is started again: a
 * server that still knows the prompt by which it was found unfit is the same as before.
 */
export async function isFitAgain({ error, until }: Unfitness, lookup: PromptLookup): Promise<boolean> {
  try {
    const reply = await lookup.connection.call('GET', '/system_stats');
    if (reply.status !== 200 || !statsReply.safeParse(parseJson(reply)).success) return false;
    if (until === 'answer' || error.marker === null) return true;
    const { kind } = await lookup.find(error.marker);
    // A worker thread that was only slow has finished the prompt at last; a broken GPU has failed it, and stays broken.
    if (kind === 'lost' || kind === 'done') return true;
    return error.kind === 'zombie' && (kind === 'failed' || kind === 'cancelled');
  } catch {
    return false;
  }
}
