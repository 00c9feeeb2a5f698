import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { createFile } from '../files/atomic.js';
import { makeFolder } from '../files/folder.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegularText } from '../files/regular-file.js';
import { processIdentity } from './processes.js';

/** Who has a lock: enough to tell whether the holder lives, and to name it to a person. */
export interface Holder {
  host: string;
  pid: number;
  identity: string;
  /** One process may want the same lock twice. */
  token: string;
  /** What it does with it, in words. */
  doing: string;
  /** ISO 8601; for people only, since clocks may be set. */
  since: string;
}

export interface LockOptions {
  doing?: string;
  /** Whether a holder still lives; default: a process of this machine with its number that began when it says. */
  lives?: (holder: Holder) => Promise<boolean>;
}

export type Release = () => Promise<void>;

/** Breaking a stale lock takes a millisecond; a breaker that was killed in it may not block the next for ever. */
const breakerStaleMs = 10_000;

/** @returns how to give the lock back, or null while another living holder has it. A dead one's is taken over. */
export async function takeLock(
  path: string,
  { doing = '', lives = isAlive }: LockOptions = {},
): Promise<Release | null> {
  await makeFolder(dirname(path));
  const own = await ownHolder(doing);
  if (!(await create(path, own))) {
    const holder = await holderOf(path);
    if (holder && (await lives(holder))) return null;
    await breakStale(path, lives);
    if (!(await create(path, own))) return null;
  }
  return async () => {
    if ((await holderOf(path))?.token === own.token) await rm(path, { force: true });
  };
}

/** Whether a living process of this machine has the lock. */
export async function isHeld(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  return holder !== null && (await isAlive(holder));
}

/** Whoever the lock names, alive or not. */
export async function holderOf(path: string): Promise<Holder | null> {
  const found = await read(path);
  return found === 'foreign' ? null : found;
}

/** null: there is no lock; `foreign`: something in its place that names nobody. */
async function read(path: string): Promise<Holder | 'foreign' | null> {
  try {
    const text = await readRegularText(path, { maxBytes: fileLimits.state });
    const { pid, identity, host = '', token = '', doing = '', since = '' } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid !== 'number' || typeof identity !== 'string') return 'foreign';
    return { host, pid, identity, token, doing, since };
  } catch (error) {
    return error instanceof ForeignFileError && error.kind === 'missing' ? null : 'foreign';
  }
}

export const isAlive = async ({ pid, identity }: Pick<Holder, 'pid' | 'identity'>): Promise<boolean> =>
  (await processIdentity(pid)) === identity;

async function ownHolder(doing: string): Promise<Holder> {
  const identity = (await processIdentity(process.pid)) ?? 'unknown';
  const token = randomBytes(8).toString('hex');
  return { host: hostname(), pid: process.pid, identity, token, doing, since: new Date().toISOString() };
}

/** Whole from the first moment, so that nobody reads a lock without its holder. */
async function create(path: string, holder: Holder): Promise<boolean> {
  // Who may read the folder may know who has it: other users' workers too, where they share a GPU.
  const { mode } = await stat(dirname(path));
  const modes = { file: (mode & 0o666) | 0o600, folder: mode };
  return await createFile(path, JSON.stringify(holder), { modes, flush: false });
}

/**
 * Removes a lock whose holder is gone. Only one process may do so at a time: of two that saw the same stale lock, the
 * slower one would remove the new lock of the faster.
 */
async function breakStale(path: string, lives: (holder: Holder) => Promise<boolean>): Promise<void> {
  const breaker = `${path}.breaking`;
  try {
    await (await open(breaker, 'wx')).close();
  } catch {
    // Of a breaker from the future the clock was set back, and nobody knows how old it is.
    const age = Math.abs(Date.now() - ((await stat(breaker).catch(() => null))?.mtimeMs ?? Date.now()));
    if (age > breakerStaleMs)
      await rename(breaker, `${breaker}.${process.pid}`).then(
        () => unlink(`${breaker}.${process.pid}`),
        () => undefined,
      );
    return;
  }
  try {
    const holder = await read(path);
    // Where there is none, whoever broke it before us may be putting its own there by now.
    if (holder === null) return;
    if (holder === 'foreign' || !(await lives(holder))) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}
