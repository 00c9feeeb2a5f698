import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../files/folder.js';
import { isDiskFull } from '../../run/failures.js';
import { ModelError } from './errors.js';

/** Beside the models, so that publishing is a rename within one file system. @throws ModelError */
export async function makeWorkFolder(directory: string): Promise<string> {
  try {
    await makeFolder(directory);
    return await mkdtemp(join(directory, '.pull-'));
  } catch (error) {
    throw (
      diskFault(error, directory) ??
      new ModelError(
        'unusable',
        `AZIT can't write to the folder for face models, ${directory}. Set AZIT_MODELS to another folder.`,
        { file: directory },
        { cause: error },
      )
    );
  }
}

export function diskFault(error: unknown, directory: string): ModelError | null {
  if (!isDiskFull(error)) return null;
  const message = `No disk space is left for the face models in ${directory}: free 500 MB, or set AZIT_MODELS to another folder.`;
  return new ModelError('disk-full', message, { file: directory }, { cause: error });
}
