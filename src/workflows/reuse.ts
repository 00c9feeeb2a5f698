import { isCancellation } from '@temporalio/workflow';
import type { ModelFiles } from '../project/model-files.js';
import type { Activities } from '../run/activities.js';
import type { RenderBatchResult, ReusedUnit } from '../run/contracts.js';
import { isCurrent } from './changes.js';
import type { ProxiedActivities } from './proxies.js';

/**
 * Whether it is worth while to look a unit up before a render server is asked for it: as long as other runs had every
 * image of every unit so far. The first unit tells how its server calls the model files.
 */
export class Reuse {
  #modelFiles: ModelFiles | null | undefined = isCurrent() ? undefined : null;

  /** By which the next unit is looked up; null: it is not. */
  get modelFiles(): ModelFiles | null {
    return this.#modelFiles ?? null;
  }

  /** @param images of the unit */
  note({ modelFiles, reused }: Pick<RenderBatchResult, 'modelFiles' | 'reused'>, images: number): void {
    if (this.#modelFiles === null) return;
    this.#modelFiles = modelFiles && reused?.images === images ? (this.#modelFiles ?? modelFiles) : null;
  }
}

/** What can't be looked up is rendered, and that tells why it can't. */
export async function lookUp(
  { reuseUnits }: ProxiedActivities['reusing'],
  summary: string,
  ...input: Parameters<Activities['identity']['reuseUnits']>
): Promise<(ReusedUnit | null)[]> {
  try {
    return await reuseUnits.executeWithOptions({ summary }, input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return input[0].units.map(() => null);
  }
}
