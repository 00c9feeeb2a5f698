import { modelsDirectory, refuseWrong, verifyModels } from './model-files.js';
import { findRuntime } from './runtime.js';

/**
 * The folder of the default face models, where they and what runs them are on this machine; null: something is missing.
 * Downloads nothing. @throws ModelError where a file has the wrong content
 */
export async function presentModels(directory = modelsDirectory()): Promise<string | null> {
  const states = await verifyModels(directory);
  refuseWrong(states);
  return states.every(({ state }) => state === 'sound') && findRuntime() !== null ? directory : null;
}
