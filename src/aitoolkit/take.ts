import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyDigesting } from '../artifacts/copy-digesting.js';
import type { Digest } from '../artifacts/digest.js';
import { FiniteCheck } from '../artifacts/finite-check.js';
import { readSafetensorsHeader } from '../artifacts/safetensors.js';
import { fileLimits } from '../files/limits.js';
import { regularSize } from '../files/regular-file.js';
import type { Fault } from './errors.js';
import { readOptimizer, type OptimizerReading } from './optimizer.js';
import type { SoundCheckpoint } from './types.js';
import { verifyCheckpoint, type CheckpointExpectation } from './verify.js';

export interface TakeRequest {
  checkpointPath: string;
  optimizerPath: string;
  takenFolder: string;
  expected: CheckpointExpectation;
  /** Least and largest update count of the state saved at this step; null: it has none, and `isSaid` decides. */
  updates: [number, number] | null;
  /** The trainer has said that this step's optimizer state is written. Times of files say nothing: clocks are set. */
  isSaid: boolean;
  /** Whether a later save has begun: this step's optimizer state is gone or going. */
  isSuperseded(): Promise<boolean>;
}

export type Taken =
  | { kind: 'taken'; checkpoint: SoundCheckpoint; shapes: string }
  /** Try again when the files have changed; `reason` is for the report if they never do. */
  | { kind: 'not-yet'; reason: string }
  | { kind: 'spoilt'; fault: Fault };

/**
 * Copies a checkpoint and the optimizer state of the same save out of the trainer's folder, and judges the copies: what
 * was verified is what is handed on. The originals are only read, since a change of theirs would change the trainer's
 * choice at a resume.
 */
export async function takeCheckpoint(request: TakeRequest): Promise<Taken> {
  const { checkpointPath, takenFolder, expected } = request;
  if (!(await isPlainFolder(dirname(checkpointPath)))) return notYet('its folder is a link or is not there.');
  // Cheap, and enough to tell a file that is still being written in place (safetensors before 0.8).
  const header = await regularSize(checkpointPath, limitsOf('checkpoint'))
    .then(() => readSafetensorsHeader(checkpointPath))
    .catch((error: Error) => error);
  if (header instanceof Error) return notYet(header.message);
  const optimizer = await takeOptimizer(request);
  if (optimizer.kind === 'not-yet') return optimizer;
  const copy = join(takenFolder, `step-${expected.step}.safetensors`);
  const check = new FiniteCheck(header.tensors);
  const copied = await copyDigesting(checkpointPath, copy, limitsOf('checkpoint'), 8 + header.headerBytes, (piece) =>
    check.feed(piece),
  );
  const { sha256, bytes, restSha256: dataFound } = copied;
  const verdict = await verifyCheckpoint(copy, expected, { dataSha256: dataFound, broken: check.broken });
  if (verdict.kind !== 'sound') {
    await Promise.all([copy, ...(optimizer.path ? [optimizer.path] : [])].map((path) => rm(path, { force: true })));
    return verdict.kind === 'unsound' ? notYet(verdict.reason) : verdict;
  }
  const { dataSha256, tensors, madeBy, shapes } = verdict;
  const { step } = expected;
  const checkpoint = {
    step,
    checkpointPath: copy,
    checkpointDigest: { sha256, bytes },
    optimizerPath: optimizer.path,
    optimizerDigest: optimizer.digest,
    updates: optimizer.updates ?? null,
    dataSha256,
    tensors,
    madeBy,
  };
  return { kind: 'taken', checkpoint, shapes };
}

type TakenOptimizer =
  | { kind: 'optimizer'; path: string | null; digest?: Digest; updates?: number | null }
  | { kind: 'not-yet'; reason: string };

async function takeOptimizer(request: TakeRequest): Promise<TakenOptimizer> {
  const { optimizerPath, takenFolder, expected, isSuperseded } = request;
  const otherwise = async (reason: string): Promise<TakenOptimizer> =>
    (await isSuperseded()) ? { kind: 'optimizer', path: null } : notYet(`its optimizer state ${reason}`);
  const before = await signatureOf(optimizerPath);
  const original = before && (await ofThisSave(request, optimizerPath));
  if (!original) return await otherwise('is not complete or not of the same save');
  const copy = join(takenFolder, `step-${expected.step}.optimizer.pt`);
  const { sha256, bytes } = await copyDigesting(optimizerPath, copy, limitsOf('optimizer'));
  // Written over while it was copied? Then the copy is a mixture, or of the next save.
  const copied = (await signatureOf(optimizerPath)) === before && (await ofThisSave(request, copy));
  if (copied) return { kind: 'optimizer', path: copy, digest: { sha256, bytes }, updates: copied.updates };
  await rm(copy, { force: true });
  return await otherwise('changed while it was copied');
}

/** @returns null where it is not whole or of another save. */
async function ofThisSave(request: TakeRequest, path: string): Promise<OptimizerReading | null> {
  const { updates, isSaid, isSuperseded } = request;
  const reading = await readOptimizer(path);
  if (!reading) return null;
  const isOurs =
    updates !== null && reading.updates !== null
      ? reading.updates >= updates[0] && reading.updates <= updates[1]
      : isSaid && !(await isSuperseded());
  return isOurs ? reading : null;
}

/** Nothing of the trainer's is read through a link: it may lead to anybody's file. */
const limitsOf = (kind: 'checkpoint' | 'optimizer') => ({ maxBytes: fileLimits[kind], followLinks: false });

const isPlainFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Size and times of a file in one text, or null where there is none (a link, a pipe). */
export async function signatureOf(path: string): Promise<string | null> {
  const stats = await lstat(path, { bigint: true }).catch(() => null);
  return stats?.isFile() ? `${stats.ino}-${stats.size}-${stats.mtimeNs}` : null;
}

const notYet = (reason: string): { kind: 'not-yet'; reason: string } => ({ kind: 'not-yet', reason });
