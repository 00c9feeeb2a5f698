import { existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { makeFolder, publishFolder } from '../../files/folder.js';
import { ModelError } from './errors.js';
import { fetchPackage, type PackageWish } from './fetch-package.js';
import { modelsDirectory } from './model-files.js';
import type { PullOptions } from './models.js';
import { diskFault, makeWorkFolder } from './work-folder.js';

/*
 * onnxruntime-node, which runs the face models, is fetched as they are and is no dependency: where nvcc is, its install
 * script fetches 300 MB for CUDA, which we don't use, from another host than the registry, and without that host
 * nothing of AZIT could be installed.
 */
const version = '1.30.0';
const platform = `${process.platform}/${process.arch}`;
const platforms = ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64', 'win32/arm64'];

const purpose = 'the runtime of the face models';
const packages: (PackageWish & { name: string })[] = [
  {
    name: 'onnxruntime-node',
    spec: `onnxruntime-node@${version}`,
    integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
    // It carries the binaries of all platforms.
    wants: (path) => /^(package\.json|dist\/.*\.js)$/.test(path) || isBinary(path),
    purpose,
  },
  {
    name: 'onnxruntime-common',
    spec: `onnxruntime-common@${version}`,
    integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
    wants: (path) => path === 'package.json' || /^dist\/cjs\/.*\.js(on)?$/.test(path),
    purpose,
  },
];

const isBinary = (path: string): boolean => path.startsWith(`bin/napi-v6/${platform}/`);
const folderName = `onnxruntime-${version}-${platform.replace('/', '-')}`;

/** The folder of onnxruntime-node, fetched where it is missing. Two at once are safe. @throws ModelError */
export async function ensureRuntime(options: PullOptions = {}): Promise<string> {
  const { directory = modelsDirectory() } = options;
  return findRuntime(directory) ?? (await fetchRuntime(join(directory, folderName), options));
}

/** Where it is on this machine; null: nowhere. */
export function findRuntime(directory = modelsDirectory()): string | null {
  // A folder of models that was filled by hand may lack it and be read-only.
  const folders = [directory, modelsDirectory({ ...process.env, AZIT_MODELS: '' })];
  return folders.map((folder) => join(folder, folderName)).find(existsSync) ?? null;
}

/** As `ensureRuntime`, but one that does not load is fetched anew. @throws ModelError */
export async function pullRuntime(options: PullOptions = {}): Promise<string> {
  const folder = await ensureRuntime(options);
  return (await whyUnloadable(folder)) === null ? folder : await fetchRuntime(folder, options);
}

async function fetchRuntime(target: string, { onProgress, signal }: PullOptions): Promise<string> {
  refuseOtherPlatforms();
  const directory = dirname(target);
  const workFolder = await makeWorkFolder(directory);
  try {
    onProgress?.(`Downloading ${purpose}: onnxruntime-node ${version} from the npm registry, 113 MB, once.`);
    const made = join(workFolder, folderName);
    await makeFolder(join(made, 'node_modules'));
    for (const wish of packages)
      await rename(await fetchPackage(wish, workFolder, signal), join(made, 'node_modules', wish.name));
    const why = await whyUnloadable(made);
    if (why !== null)
      throw new ModelError(
        'unusable',
        `onnxruntime-node ${version}, which runs the face models, does not load on this machine (${why}): it needs Linux with glibc 2.28 or later, or macOS.`,
      );
    await flushAll(made);
    await publishFolder(made, target, async () => (await whyUnloadable(target)) === null);
    return target;
  } catch (error) {
    throw diskFault(error, directory) ?? error;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

function refuseOtherPlatforms(): void {
  if (platforms.includes(platform)) return;
  throw new ModelError(
    'unusable',
    `The face models can't run on ${platform}: onnxruntime-node ${version} supports only ${platforms.join(', ')}.`,
  );
}

/** In a process of its own: a library that can't be loaded must not stay half-loaded in ours. */
async function whyUnloadable(folder: string): Promise<string | null> {
  const script = `require(${JSON.stringify(join(folder, 'node_modules', 'onnxruntime-node'))})`;
  const { failed, stderr, shortMessage } = await execa(process.execPath, ['-e', script], {
    reject: false,
    stdin: 'ignore',
    env: { NODE_OPTIONS: '' },
  });
  if (!failed) return null;
  return (/^Error: (.*)$/m.exec(stderr)?.[1] ?? shortMessage ?? 'no reason given').replace(/\.$/, '');
}

/** Before the rename, so that no power cut leaves half a library under the right name. */
async function flushAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = await open(join(entry.parentPath, entry.name), 'r+');
    await file.sync().finally(() => file.close());
  }
}
