import { z } from 'zod';
import { replaceFile } from '../files/atomic.js';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { readRegular } from '../files/regular-file.js';

const child = z.object({ name: z.string(), pid: z.number(), identity: z.string() });

/** What one `azit` tells the others in the same folder, and what it leaves behind when it is killed. */
const stateSchema = z.object({
  owner: z.number(),
  /** Whether Temporal answers. */
  ready: z.boolean(),
  temporalPort: z.number(),
  uiPort: z.number(),
  comfyPort: z.number().optional(),
  children: z.array(child),
});

export type EmbeddedState = z.infer<typeof stateSchema>;

export async function readState(path: string): Promise<EmbeddedState | null> {
  try {
    return stateSchema.parse(parseJson(await readRegular(path, { maxBytes: fileLimits.state })));
  } catch {
    return null;
  }
}

/** For the person alone. */
const modes = { file: 0o600, folder: 0o700 };

export async function writeState(path: string, state: EmbeddedState): Promise<void> {
  await replaceFile(path, `${JSON.stringify(state, null, 2)}\n`, { modes });
}
