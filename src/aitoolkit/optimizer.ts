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
  const found = await readZipEntry(path, (name) => countEntry.test(name)).catch(() => null);
  if (!found) return null;
  const data = found.entry?.data;
  return { updates: data?.length === countBytes ? data.readFloatLE(0) : null };
}

export interface ResumedAt {
  step: number;
  updates: number | null;
}

/**
 * Update counts that the state saved at `step` may have: file N holds N + 1 updates, and each resume by ai-toolkit adds
 * one, since it repeats the saved step. Null: can't be told.
 */
export function expectedUpdates(step: number, resumed: ResumedAt | null): number[] | null {
  if (!resumed) return [step + 1];
  if (resumed.updates === null) return null;
  const exact = resumed.updates + step - resumed.step;
  return [exact, exact + 1];
}

/** The same for a save that was asked for: it is made before the update of step N, so file N holds N updates. */
export const expectedUpdatesOnDemand = (step: number, resumed: ResumedAt | null): number[] | null =>
  expectedUpdates(step, resumed)?.map((updates) => updates - 1) ?? null;
