import type { FamilyName } from '../project/families/index.js';
import { workerCommandOf } from './unserved.js';

/** The one family whose renderer and trainer the embedded default brings with it. */
export const embeddedFamily = 'sandbox' satisfies FamilyName;

/** What to start for a family that nobody would serve, where a run would wait without a word; null: nothing. */
export async function whatToStart(family: FamilyName): Promise<string | null> {
  if (family === embeddedFamily) return null;
  const { isTemporalConfigured } = await import('../client/index.js');
  if (isTemporalConfigured()) return null;
  return `The embedded engine renders and trains only ${embeddedFamily}: for ${family} start \`azit up --port 7233\` and, with TEMPORAL_ADDRESS=127.0.0.1:7233, \`${workerCommandOf('render', family)}\` and \`${workerCommandOf('train', family)}\`; then run this with the same TEMPORAL_ADDRESS.`;
}
