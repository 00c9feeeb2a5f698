import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../run/ref.js';

const folder = 'loras';
/** What a killed worker left; no unit takes so long to bring its LoRA to the server. */
const oldMs = 24 * 60 * 60_000;

/** Gives `use` a LoRA of the store as a file, which goes afterwards: each has hundreds of megabytes. */
export async function withLoraFile<T>(
  store: ArtifactStore,
  ref: ArtifactRef,
  workDir: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  // Of its own: another family's worker may bring the same one at the same time.
  const path = join(workDir, folder, `${ref.sha256}-${randomBytes(4).toString('hex')}.safetensors`);
  try {
    await store.readToFile(ref, path);
    return await use(path);
  } finally {
    await rm(path, { force: true });
  }
}

export async function clearLoraFiles(workDir: string): Promise<void> {
  const names = await readdir(join(workDir, folder)).catch(() => []);
  for (const path of names.map((name) => join(workDir, folder, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > oldMs) await rm(path, { force: true });
  }
}
