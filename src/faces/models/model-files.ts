import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileLimits } from '../../files/limits.js';
import { regularPieces } from '../../files/regular-file.js';
import { cacheFolder } from '../../machine/user.js';
import { ModelError } from './errors.js';

/** The package whose tarball carries the default face models (MIT), and the files of it that are used. */
export const modelsPackage = 'faceplugin-face-recognition-js@0.0.1';

export interface ModelFile {
  name: string;
  sha256: string;
  bytes: number;
}

export const faceModels: readonly ModelFile[] = [
  {
    name: 'fr_detect.onnx',
    sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
    bytes: 1_217_758,
  },
  {
    name: 'fr_landmark.onnx',
    sha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
    bytes: 1_163_742,
  },
  {
    name: 'fr_feature.onnx',
    sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
    bytes: 4_884_269,
  },
  {
    name: 'fr_pose.onnx',
    sha256: '72d032ec941b7153bf8d3f2c03a4c165453cc7e63d479041ec7c6ef087e5839d',
    bytes: 5_811_723,
  },
];

/** `AZIT_MODELS`, else azit/models in the user's cache folder (XDG_CACHE_HOME or the system's own). */
export function modelsDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.AZIT_MODELS || join(cacheFolder(environment), 'azit', 'models');
}

export type ModelState =
  | { state: 'sound'; file: ModelFile; path: string }
  | { state: 'missing'; file: ModelFile; path: string }
  | { state: 'wrong'; file: ModelFile; path: string; found: string };

/** Reads every model file and compares its hash; 13 MB, some 50 ms. */
export async function verifyModels(directory = modelsDirectory()): Promise<ModelState[]> {
  return await Promise.all(faceModels.map((file) => verifyModel(directory, file)));
}

async function verifyModel(directory: string, file: ModelFile): Promise<ModelState> {
  const path = join(directory, file.name);
  try {
    const found = await sha256Of(path);
    return found === file.sha256 ? { state: 'sound', file, path } : { state: 'wrong', file, path, found };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'missing', file, path };
    throw new ModelError(
      'unusable',
      `The face model ${path} can't be read: check its permissions.`,
      { file: path },
      {
        cause: error,
      },
    );
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of regularPieces(path, { maxBytes: fileLimits.model })) hash.update(piece);
  return hash.digest('hex');
}

/** @throws ModelError that says which file, the hash expected and found, and the cure */
export function refuseWrong(states: readonly ModelState[]): void {
  const wrong = states.find((state) => state.state === 'wrong');
  if (!wrong) return;
  const { path, found, file } = wrong;
  throw new ModelError(
    'wrong-hash',
    `The face model ${path} is not the expected one: its sha256 is ${found}, expected ${file.sha256}. ` +
      'Run `azit models pull` to download it again.',
    { file: path, expected: file.sha256, found },
  );
}
