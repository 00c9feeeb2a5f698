import { parseJson } from './connection.js';
import { ComfyError } from './errors.js';
import type { PromptLookup } from './prompt-state.js';
import { pause } from './wake.js';

const firstPollMs = 10;
const lastPollMs = 500;

/**
 * Returns when the prompt is neither waiting nor running, every copy of it. Asks again until then: a request that was on
 * its way may still arrive. @throws ComfyError 'zombie' where it can't be stopped.
 */
export async function cancelPrompt(promptId: string, lookup: PromptLookup): Promise<void> {
  const { connection } = lookup;
  const giveUpAt = performance.now() + connection.timeouts.cancelMs;
  for (let waitMs = firstPollMs; ; waitMs = Math.min(lastPollMs, waitMs * 2)) {
    const { running, pending } = await lookup.queue();
    const isRunning = running.includes(promptId);
    if (!isRunning && !pending.includes(promptId)) return;
    if (performance.now() > giveUpAt) {
      const message = `ComfyUI at ${connection.label} does not stop the prompt ${promptId}: restart it.`;
      throw new ComfyError('zombie', message);
    }
    await askToStop(promptId, isRunning, lookup);
    await pause(waitMs);
  }
}

async function askToStop(promptId: string, isRunning: boolean, { connection }: PromptLookup): Promise<void> {
  // Since 0.26: atomic. Before: 404 or 405, and not in JSON.
  const reply = await connection.callPatiently('POST', `/api/jobs/${promptId}/cancel`);
  if (reply.status === 200 && parseJson(reply) !== undefined) return;
  await connection.callPatiently('POST', '/queue', { json: { delete: [promptId] } });
  // With its id, so that it never hits somebody else's prompt.
  if (isRunning) await connection.callPatiently('POST', '/interrupt', { json: { prompt_id: promptId } });
}
