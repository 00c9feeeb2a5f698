import { link, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { processIdentity } from './processes.js';

interface Owner {
  pid: number;
  identity: string;
}

/** Breaking a stale lock takes a millisecond; a breaker that was killed in it may not block the next for ever. */
const breakerStaleMs = 10_000;

/**
 * Takes the lock that makes this process the owner of the embedded services.
 * @returns how to give it back, or null while another living process has it.
 */
export async function takeLock(path: string): Promise<(() => Promise<void>) | null> {
  await mkdir(dirname(path), { recursive: true });
  const own = await ownIdentity();
  if (!(await create(path, own))) {
    if (await isHeld(path)) return null;
    await breakStale(path);
    if (!(await create(path, own))) return null;
  }
  return async () => {
    if ((await readOwner(path))?.pid === own.pid) await rm(path, { force: true });
  };
}

/** Whether a living process has the lock. */
export async function isHeld(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  return owner !== null && (await processIdentity(owner.pid)) === owner.identity;
}

async function ownIdentity(): Promise<Owner> {
  return { pid: process.pid, identity: (await processIdentity(process.pid)) ?? 'unknown' };
}

/** Written aside and linked into place, so that nobody reads a lock without its owner. */
async function create(path: string, owner: Owner): Promise<boolean> {
  const aside = `${path}.${owner.pid}`;
  const file = await open(aside, 'w');
  await file.writeFile(JSON.stringify(owner));
  await file.close();
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Removes a lock whose owner is gone. Only one process may do so at a time: of two that saw the same stale lock, the
 * slower one would remove the new lock of the faster.
 */
async function breakStale(path: string): Promise<void> {
  const breaker = `${path}.breaking`;
  try {
    await (await open(breaker, 'wx')).close();
  } catch {
    const age = Date.now() - ((await stat(breaker).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > breakerStaleMs)
      await rename(breaker, `${breaker}.${process.pid}`).then(
        () => unlink(`${breaker}.${process.pid}`),
        () => undefined,
      );
    return;
  }
  try {
    if (!(await isHeld(path))) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const { pid, identity } = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner>;
    return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : null;
  } catch {
    return null;
  }
}
