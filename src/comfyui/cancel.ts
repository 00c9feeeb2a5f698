import { ComfyError } from './errors.js';
import type { PromptLookup } from './prompt-state.js';
import { parseJson } from './reply.js';
import { pause } from './wake.js';

const firstPollMs = 10;
const lastPollMs = 500;
/**
 * Before 0.26 the server looks what runs and then raises a flag that stops whatever runs by then, maybe somebody else's:
 * asked seldom. Again, since one that comes as a prompt starts is lost.
 */
const interruptAgainMs = 1000;

export interface CancelOptions {
  /** A submission of it may still be on its way: an empty queue is believed only after `lateMs`. */
  mayArrive?: boolean;
  /** In place of `cancelMs`. */
  withinMs?: number;
}

/**
 * Returns when the prompt is neither waiting nor running, every copy of it, and asks again until then.
 * @throws ComfyError 'zombie' where it can't be stopped.
 */
export async function cancelPrompt(
  promptId: string,
  lookup: PromptLookup,
  { mayArrive = false, withinMs = lookup.connection.timeouts.cancelMs }: CancelOptions = {},
): Promise<void> {
  const { connection } = lookup;
  const startedAt = performance.now();
  const emptyFrom = mayArrive ? startedAt + connection.timeouts.lateMs : startedAt;
  let interruptFrom = startedAt;
  for (let waitMs = firstPollMs; ; waitMs = Math.min(lastPollMs, waitMs * 2)) {
    const { running, pending } = await lookup.queue();
    const isRunning = running.includes(promptId);
    if (isRunning || pending.includes(promptId)) {
      if (performance.now() - startedAt > withinMs) {
        const message = `ComfyUI at ${connection.label} does not stop the prompt ${promptId}: restart ComfyUI.`;
        throw new ComfyError('zombie', message, { marker: promptId });
      }
      const interrupts = isRunning && performance.now() >= interruptFrom;
      if (interrupts) interruptFrom = performance.now() + interruptAgainMs;
      await askToStop(promptId, interrupts, lookup);
    } else if (performance.now() >= emptyFrom) return;
    await pause(waitMs);
  }
}

async function askToStop(promptId: string, interrupts: boolean, { connection }: PromptLookup): Promise<void> {
  // Since 0.26: atomic. Before: 404 or 405, and not in JSON.
  const reply = await connection.callPatiently('POST', `/api/jobs/${promptId}/cancel`);
  if (reply.status === 200 && parseJson(reply) !== undefined) return;
  await connection.callPatiently('POST', '/queue', { json: { delete: [promptId] } });
  if (interrupts) await connection.callPatiently('POST', '/interrupt', { json: { prompt_id: promptId } });
}
