import type { Save } from '../trainer/index.js';
import { readZipEntry } from './zip-entry.js';

/** The first storage of AdamW's state, as torch.save numbers them: the update count, one float32, little-endian. */
const countEntry = /(^|\/)data\/0$/;
const countBytes = 4;

export interface OptimizerReading {
  /** Null: not an Adam whose count is kept as torch keeps it. */
  updates: number | null;
}

/** @returns null where the file is absent or not whole. */
export async function readOptimizer(path: string): Promise<OptimizerReading | null> {
  const found = await readZipEntry(path, (name) => countEntry.test(name), countBytes).catch(() => null);
  if (!found) return null;
  const data = found.entry?.data;
  return { updates: data?.length === countBytes ? data.readFloatLE(0) : null };
}

export interface ResumedAt {
  step: number;
  /** How many updates the optimizer state has made; null: it does not say. */
  updates: number | null;
  /** Of its network, as in CheckpointExpectation: what is saved from here on has the same. */
  shapes: string;
}

/**
 * Least and largest update count that the state of a save may have: file N holds N + 1 updates (one saved on demand, N:
 * it is made before the update of step N), and each resume by ai-toolkit adds one, since it repeats the saved step. A
 * skipped step is counted by the trainer and not by the optimizer. Null: can't be told.
 */
export function expectedUpdates(
  { step, onDemand, skipped }: Save,
  resumed: Omit<ResumedAt, 'shapes'> | null,
): [number, number] | null {
  if (resumed?.updates === null) return null;
  const most = (resumed ? resumed.updates + step - resumed.step : step) + (onDemand ? 0 : 1);
  return [most - skipped - (resumed ? 1 : 0), most];
}
