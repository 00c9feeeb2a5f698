import { lstat, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { digestFile } from '../artifacts/digest.js';
import { linkWhereFree } from '../files/atomic.js';
import { ExportError } from './errors.js';

/** A finished file, and the name that it is to have. */
export interface Move {
  staged: string;
  target: string;
  /** Whether what has the name now is ours to replace. Asked only where it is another file. */
  isOurs: (target: string) => Promise<boolean>;
  /** Somebody else's file stays, and the export goes on without. Default: it ends the export. */
  keepOthers?: boolean;
}

export type Verdict = 'free' | 'same' | 'replace' | 'keep';

/** Looks, and changes nothing. @throws ExportError in-the-way: what AZIT did not write is never lost. */
export async function judge({ staged, target, isOurs, keepOthers }: Move): Promise<Verdict> {
  const present = await lstat(target).catch(missing);
  if (!present) return 'free';
  if (present.isFile()) {
    if (await equal(staged, target, present.size)) return 'same';
    if (await isOurs(target)) return 'replace';
  }
  if (keepOthers) return 'keep';
  const what = present.isSymbolicLink()
    ? 'a link'
    : present.isFile()
      ? 'not a file that AZIT wrote'
      : 'not a regular file';
  throw new ExportError('in-the-way', `${target} is ${what}: move ${basename(target)}, or give another folder.`);
}

/** Whole or not at all. @returns false where what is there stays. */
export async function carryOut(move: Move, verdict: Verdict): Promise<boolean> {
  const { staged, target } = move;
  if (verdict === 'replace') await rename(staged, target);
  // Somebody was quicker: it is looked at again.
  else if (verdict === 'free' && !(await moveWhereFree(staged, target))) return await carryOut(move, await judge(move));
  return verdict !== 'keep';
}

async function moveWhereFree(staged: string, target: string): Promise<boolean> {
  try {
    if (!(await linkWhereFree(staged, target))) return false;
  } catch {
    // A disk without second names (exFAT, some network shares).
    if (await lstat(target).catch(missing)) return false;
    await rename(staged, target);
    return true;
  }
  await rm(staged, { force: true });
  return true;
}

function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

async function equal(staged: string, target: string, targetBytes: number): Promise<boolean> {
  const { size } = await lstat(staged);
  return size === targetBytes && (await digestFile(staged)).sha256 === (await digestFile(target)).sha256;
}
