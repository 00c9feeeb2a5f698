import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyDigesting } from '../artifacts/copy-digesting.js';
import { FiniteCheck } from '../artifacts/finite-check.js';
import { readSafetensorsHeader } from '../artifacts/safetensors.js';
import { fileLimits } from '../files/limits.js';
import { regularSize } from '../files/regular-file.js';
import type { Fault } from './errors.js';
import type { CheckpointFiles, Save } from './program.js';
import type { ResumeState, SoundCheckpoint, StateFile } from './types.js';
import { verifyCheckpoint, type CheckpointExpectation } from './verify.js';

export interface TakeRequest {
  files: CheckpointFiles;
  takenFolder: string;
  expected: CheckpointExpectation;
  save: Save;
  /** The trainer has said that this step's state is written. Times of files say nothing: clocks are set. */
  isSaid: boolean;
  /** Whether a later save has begun: this step's state is gone or going. */
  isSuperseded(): Promise<boolean>;
}

export type Taken =
  | { kind: 'taken'; checkpoint: SoundCheckpoint; shapes: string }
  /** Try again when the files have changed; `reason` is for the report if they never do. */
  | { kind: 'not-yet'; reason: string }
  | { kind: 'spoilt'; fault: Fault };

/**
 * Copies a checkpoint and the resume state of the same save out of the trainer's folder, and judges the copies: what
 * was verified is what is handed on. The originals are only read, since a change of theirs would change the trainer's
 * choice at a resume.
 */
export async function takeCheckpoint(request: TakeRequest): Promise<Taken> {
  const { files, takenFolder, expected } = request;
  const { step } = expected;
  const original = files.pathOf(step);
  if (!(await isPlainFolder(dirname(original)))) return notYet('its folder is missing or is a link.');
  // Cheap, and enough to tell a file that is still being written in place (safetensors before 0.8).
  const header = await regularSize(original, limitsOf('checkpoint'))
    .then(() => readSafetensorsHeader(original))
    .catch((error: Error) => error);
  if (header instanceof Error) return notYet(header.message);
  const taken = await takeState(request);
  if (taken.kind === 'not-yet') return taken;
  const { state } = taken;
  const checkpointPath = join(takenFolder, `step-${step}.safetensors`);
  const check = new FiniteCheck(header.tensors);
  const copied = await copyDigesting(
    original,
    checkpointPath,
    limitsOf('checkpoint'),
    8 + header.headerBytes,
    (piece) => check.feed(piece),
  );
  const { sha256, bytes, restSha256 } = copied;
  const known = { dataSha256: restSha256, broken: check.broken };
  const verdict = await verifyCheckpoint(checkpointPath, expected, files.metadata, known);
  if (verdict.kind !== 'sound') {
    await removeAll([checkpointPath, ...(state?.files ?? []).map(({ path }) => path)]);
    return verdict.kind === 'unsound' ? notYet(verdict.reason) : verdict;
  }
  const { dataSha256, tensors, madeBy, shapes } = verdict;
  const checkpointDigest = { sha256, bytes };
  return {
    kind: 'taken',
    checkpoint: { step, checkpointPath, checkpointDigest, state, dataSha256, tensors, madeBy },
    shapes,
  };
}

type TakenState = { kind: 'state'; state: ResumeState | null } | { kind: 'not-yet'; reason: string };

async function takeState(request: TakeRequest): Promise<TakenState> {
  const { files, takenFolder, save, isSuperseded } = request;
  const otherwise = async (reason: string): Promise<TakenState> =>
    (await isSuperseded()) ? { kind: 'state', state: null } : notYet(`its optimizer state ${reason}`);
  const originals = files.statePathsOf(save.step);
  const paths = originals.map(({ path }) => path);
  const before = await signaturesOf(paths);
  if (before.includes(null) || !(await ofThisSave(request, paths)))
    return await otherwise('is incomplete or from another save');
  const copies: StateFile[] = [];
  for (const { name, path: original } of originals) {
    const path = join(takenFolder, `step-${save.step}.${name}`);
    const { sha256, bytes } = await copyDigesting(original, path, limitsOf('trainingState'));
    copies.push({ name, path, digest: { sha256, bytes } });
  }
  const copiedPaths = copies.map(({ path }) => path);
  // Written over while it was copied? Then the copy is a mixture, or of the next save.
  const isSame = (await signaturesOf(paths)).join(' ') === before.join(' ');
  const copied = isSame && (await ofThisSave(request, copiedPaths));
  if (copied) return { kind: 'state', state: { files: copies, mark: copied.mark } };
  await removeAll(copiedPaths);
  return await otherwise('changed while it was being copied');
}

/** @returns null where it is not whole or of another save. */
async function ofThisSave(
  { files, save, isSaid, isSuperseded }: TakeRequest,
  paths: string[],
): Promise<{ mark: unknown } | null> {
  const reading = await files.readState(paths, save);
  if (!reading) return null;
  return (reading.isOfSave ?? (isSaid && !(await isSuperseded()))) ? reading : null;
}

/** Nothing of the trainer's is read through a link: it may lead to anybody's file. */
const limitsOf = (kind: 'checkpoint' | 'trainingState') => ({ maxBytes: fileLimits[kind], followLinks: false });

const isPlainFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Size and times of each file in a text, or null where there is none (a link, a pipe). */
export async function signaturesOf(paths: string[]): Promise<(string | null)[]> {
  return await Promise.all(
    paths.map(async (path) => {
      const stats = await lstat(path, { bigint: true }).catch(() => null);
      return stats?.isFile() ? `${stats.ino}-${stats.size}-${stats.mtimeNs}` : null;
    }),
  );
}

export async function removeAll(paths: string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}

const notYet = (reason: string): { kind: 'not-yet'; reason: string } => ({ kind: 'not-yet', reason });
