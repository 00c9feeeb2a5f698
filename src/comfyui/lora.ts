import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../artifacts/atomic.js';
import { firstNonFinite, SafetensorsError } from '../artifacts/safetensors.js';
import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { names, parseReply } from './replies.js';
import { pause } from './wake.js';

/** Ours inside the loras folder; removal touches nothing else. */
const folder = 'azit';
const ourName = /^(?:[a-z0-9-]+-)?[0-9a-f]{12}\.safetensors$/;
/** No copy takes this long. */
const oldPartMs = 60 * 60_000;
const firstPollMs = 25;
const lastPollMs = 1000;

/**
 * Publishes a LoRA into the server's loras folder: checked, complete, readable by other users, under a name of its own
 * for ever. ComfyUI keeps loaded LoRAs by name, and dies of SIGBUS when a file that it has mapped becomes shorter: so a
 * name is never written in place and never gets other content.
 * @returns the name as the server lists it. It becomes part of the graph, and so of the picture's bytes.
 */
export async function ensureLora(
  path: string,
  sha256: string,
  label: string,
  lorasDir: string | undefined,
  connection: Connection,
): Promise<string> {
  if (!lorasDir) {
    const message = `The worker does not know where ComfyUI at ${connection.label} keeps its LoRAs: start it with --loras-dir.`;
    throw new ComfyError('bad-setting', message);
  }
  if (!(await isFolder(lorasDir))) {
    throw new ComfyError('bad-setting', `The folder of LoRAs ${lorasDir} does not exist: correct --loras-dir.`);
  }
  const name = `${folder}/${[slug(label), sha256.slice(0, 12)].filter(Boolean).join('-')}.safetensors`;
  const target = join(lorasDir, name);
  if ((await sha256OrNull(target)) !== sha256) {
    await removeOldParts(join(lorasDir, folder));
    await publish(path, sha256, target);
  }
  return await untilListed(name, lorasDir, connection);
}

/** Removes a LoRA that `ensureLora` published, by the name that it returned; others are left alone. */
export async function removeLora(name: string, lorasDir: string | undefined): Promise<void> {
  const [file, parent] = name.replaceAll('\\', '/').split('/').reverse();
  if (lorasDir && parent === folder && ourName.test(file)) await rm(join(lorasDir, folder, file), { force: true });
}

async function publish(path: string, sha256: string, target: string): Promise<void> {
  try {
    const broken = await firstNonFinite(path);
    if (broken !== null) throw new ComfyError('lora-broken', `The LoRA ${path} holds NaN or infinity in ${broken}.`);
  } catch (cause) {
    if (cause instanceof SafetensorsError) throw new ComfyError('lora-broken', cause.message, { cause });
    throw cause;
  }
  try {
    await replaceFile(target, async (part) => {
      await copyFile(path, part);
      // safetensors writes 0600; ComfyUI often runs as another user.
      await chmod(part, 0o644);
      const found = await sha256OrNull(part);
      if (found === sha256) return;
      throw new ComfyError(
        'lora-broken',
        `The LoRA ${path} is not what it should be: expected ${sha256}, found ${found}.`,
      );
    });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new ComfyError('disk-full', `No space is left for the LoRA ${target}: free some.`, { cause });
    }
    if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR') {
      throw new ComfyError('bad-setting', `The worker may not write ${target} (${code}): check --loras-dir.`, {
        cause,
      });
    }
    throw cause;
  }
}

/** Network file systems show a new file late; the list is also where Windows servers spell it with backslashes. */
async function untilListed(name: string, lorasDir: string, connection: Connection): Promise<string> {
  const giveUpAt = performance.now() + connection.timeouts.listMs;
  for (let waitMs = firstPollMs; ; waitMs = Math.min(lastPollMs, waitMs * 2)) {
    const listed = parseReply(connection, names, await connection.getJson('/models/loras'), '/models/loras');
    const found = listed.find((entry) => `/${entry.replaceAll('\\', '/')}`.endsWith(`/${name}`));
    if (found !== undefined) return found;
    if (performance.now() > giveUpAt) {
      const message = `ComfyUI at ${connection.label} does not list ${name}, which lies in ${lorasDir}: let --loras-dir be the folder models/loras of this very server.`;
      throw new ComfyError('bad-setting', message);
    }
    await pause(waitMs);
  }
}

async function sha256OrNull(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return hash.digest('hex');
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** What a worker left that was killed while it copied. */
async function removeOldParts(path: string): Promise<void> {
  const names = await readdir(path).catch(() => []);
  for (const name of names.filter((candidate) => candidate.endsWith('.part'))) {
    const { mtimeMs } = await stat(join(path, name)).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > oldPartMs) await rm(join(path, name), { force: true });
  }
}

const slug = (label: string): string =>
  label
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
