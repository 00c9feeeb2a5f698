import { createHash } from 'node:crypto';
import { fileLimits } from '../../files/limits.js';
import { ForeignFileError, readRegular } from '../../files/regular-file.js';
import type { FaceEngine, FaceMeasurement } from '../engine/engine.js';
import { PictureError } from '../models/errors.js';

export interface NamedPicture {
  /** What results and messages call it; unique in its list. */
  key: string;
  /** Its bytes, or a way to get them when their turn comes (so that a batch is never in memory at once). */
  source: Buffer | (() => Promise<Buffer>);
  /** Of the bytes, where it is known: a picture measured before is then not even loaded. */
  sha256?: string;
}

export const fromFile = (path: string): NamedPicture => ({ key: path, source: () => readPicture(path) });

export type MeasureResult = { face: FaceMeasurement; error: null } | { face: null; error: string };

/** A measurement is some 5 kB: references and training pictures of several runs fit. */
const remembered = 2000;

/** By the SHA-256 of the bytes, so that the references of a sweep are measured once in a process. */
const cache = new WeakMap<FaceEngine, Map<string, FaceMeasurement>>();

/** A bad picture is a value with its sentence; anything else (models, storage, cancellation) is thrown. */
export async function measureCached(engine: FaceEngine, picture: NamedPicture): Promise<MeasureResult> {
  const { sha256 } = picture;
  try {
    const before = sha256 === undefined ? null : await recall(engine, sha256);
    return { face: before ?? (await measureNew(engine, picture)), error: null };
  } catch (error) {
    if (error instanceof PictureError) return { face: null, error: error.message };
    throw error;
  }
}

async function measureNew(engine: FaceEngine, { key: label, source, sha256 }: NamedPicture): Promise<FaceMeasurement> {
  const bytes = typeof source === 'function' ? await source() : source;
  const key = createHash('sha256').update(bytes).digest('hex');
  const before = key === sha256 ? null : await recall(engine, key);
  if (before) return before;
  const face = await engine.measure(bytes, { label });
  remember(engine, key, face);
  await engine.memory?.keep(key, face);
  return face;
}

async function recall(engine: FaceEngine, sha256: string): Promise<FaceMeasurement | null> {
  const face = cache.get(engine)?.get(sha256) ?? (await engine.memory?.find(sha256)) ?? null;
  if (face) remember(engine, sha256, face);
  return face;
}

async function readPicture(path: string): Promise<Buffer> {
  try {
    return await readRegular(path, { maxBytes: fileLimits.picture });
  } catch (error) {
    if (!(error instanceof ForeignFileError)) throw error;
    throw new PictureError(error.kind === 'too-large' ? 'too-large' : 'unreadable', error.message, { cause: error });
  }
}

/** A Map keeps the order of insertion: the first key is the one unused for longest. */
function remember(engine: FaceEngine, key: string, face: FaceMeasurement): void {
  const known = cache.get(engine) ?? new Map<string, FaceMeasurement>();
  cache.set(engine, known);
  known.delete(key);
  known.set(key, face);
  if (known.size > remembered) known.delete(known.keys().next().value!);
}
