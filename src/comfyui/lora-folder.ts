import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../files/atomic.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, regularPieces } from '../files/regular-file.js';
import { isDiskFull } from '../run/failures.js';
import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import type { LoraFile } from './lora-file.js';
import { noteUser } from './lora-users.js';
import { freeMemory } from './server.js';

/** Ours inside the loras folder. */
export const ourFolder = 'azit';

/**
 * Publishes a LoRA into the folder that the server reads. ComfyUI dies of SIGBUS when a file that it has mapped becomes
 * shorter: so a name is never written in place. Its user is noted first: no moment has a file of ours without a note.
 * @returns the name below the folder
 */
export async function putIntoFolder(file: LoraFile, lorasDir: string, connection: Connection): Promise<string> {
  const { sha256, label } = file;
  if (!(await isFolder(lorasDir))) {
    throw new ComfyError('bad-setting', `The LoRA folder ${lorasDir} does not exist: correct --loras-dir.`, {
      wanted: 'lora',
    });
  }
  const plainName = `${[slug(label), sha256.slice(0, 12)].filter(Boolean).join('-')}.safetensors`;
  const name = `${ourFolder}/${plainName}`;
  const target = join(lorasDir, name);
  await asSetting(target, async () => {
    await makeOurFolder(join(lorasDir, ourFolder));
    await noteUser(join(lorasDir, ourFolder), { file: plainName, sha256, user: file.user });
    const present = await presentSha256(target);
    if (present === sha256) return;
    await publish(file, target);
    // What the server may have loaded under this name was something else (a cut copy): it must not use that again.
    if (present !== null) await freeMemory(connection);
  });
  return name;
}

/** Not by `recursive`, from which Node never returns where a folder takes none (/proc). */
async function makeOurFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    // Whoever reads the folder of LoRAs reads ours in it: ComfyUI often runs as another user.
    await chmod(path, (await stat(dirname(path))).mode & 0o7777);
  } catch (error) {
    if (!(await isFolder(path))) throw error;
    await openOwn(path);
  }
}

/** One that was made with a umask of 077, and is ours alone although the folder of LoRAs is not. */
async function openOwn(path: string): Promise<void> {
  const [own, parent] = [await stat(path), await stat(dirname(path))];
  if (own.uid !== process.getuid?.() || (own.mode & 0o077) !== 0) return;
  await chmod(path, parent.mode & 0o7777).catch(() => undefined);
}

async function publish({ path, sha256 }: LoraFile, target: string): Promise<void> {
  await replaceFile(target, async (part) => {
    await copyFile(path, part);
    // safetensors writes 0600.
    await chmod(part, ((await stat(dirname(part))).mode & 0o666) | 0o600);
    const found = await sha256OrNull(part);
    if (found === sha256) return;
    throw new ComfyError('lora-broken', `The LoRA ${path} has changed: expected sha256 ${sha256}, found ${found}.`);
  });
}

const settingCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT', 'ELOOP']);

async function asSetting(target: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (isDiskFull(cause)) {
      throw new ComfyError('disk-full', `No space is left for the LoRA ${target}: free disk space.`, { cause });
    }
    if (settingCodes.has(code ?? '')) {
      throw new ComfyError(
        'bad-setting',
        `The worker can't write ${target} (${code}): check --loras-dir and its permissions.`,
        {
          cause,
          wanted: 'lora',
        },
      );
    }
    throw cause;
  }
}

/** A pipe in its place is replaced like any other content. */
async function presentSha256(path: string): Promise<string | null> {
  try {
    return await sha256OrNull(path);
  } catch (error) {
    if (error instanceof ForeignFileError && error.kind === 'irregular') return null;
    throw error;
  }
}

/** null: there is no such file. @throws ForeignFileError for a pipe, a folder */
export async function sha256OrNull(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const piece of regularPieces(path, { maxBytes: fileLimits.checkpoint })) hash.update(piece);
  } catch (error) {
    if (error instanceof ForeignFileError && error.kind === 'missing') return null;
    throw error;
  }
  return hash.digest('hex');
}

/** As far as can be seen without writing: our folder in it, or the folder itself where ours is still to be made. */
export async function isWritable(lorasDir: string): Promise<boolean> {
  const ours = join(lorasDir, ourFolder);
  const path = (await isFolder(ours)) ? ours : lorasDir;
  return await access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const slug = (label: string): string =>
  label
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
