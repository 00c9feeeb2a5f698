import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FaceEngine, FaceMeasurement } from './engine.js';
import { PictureError } from './errors.js';

/** Bytes, a path, or a way to get the bytes when their turn comes (so that a batch is never in memory at once). */
export type PictureSource = Buffer | string | (() => Promise<Buffer>);

export type Measured = { face: FaceMeasurement; error: null } | { face: null; error: string };

/** A measurement is some 5 kB: references and training pictures of several runs fit. */
const remembered = 2000;

/** By the SHA-256 of the bytes, so that the references of a sweep are measured once in a process. */
const cache = new WeakMap<FaceEngine, Map<string, FaceMeasurement>>();

/** A bad picture is a value with its sentence; anything else (models, storage, cancellation) is thrown. */
export async function measureCached(engine: FaceEngine, source: PictureSource, label: string): Promise<Measured> {
  try {
    const bytes = await bytesOf(source, label);
    const known = cache.get(engine) ?? new Map<string, FaceMeasurement>();
    cache.set(engine, known);
    const key = createHash('sha256').update(bytes).digest('hex');
    const face = known.get(key) ?? (await engine.measure(bytes, { label }));
    remember(known, key, face);
    return { face, error: null };
  } catch (error) {
    if (error instanceof PictureError) return { face: null, error: error.message };
    throw error;
  }
}

async function bytesOf(source: PictureSource, label: string): Promise<Buffer> {
  if (typeof source === 'function') return await source();
  if (typeof source !== 'string') return source;
  try {
    return await readFile(source);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PictureError('unreadable', `${label} can't be read (${code}): check that it is a file and may be read.`, {
      cause: error,
    });
  }
}

/** A Map keeps the order of insertion: the first key is the one unused for longest. */
function remember(known: Map<string, FaceMeasurement>, key: string, face: FaceMeasurement): void {
  known.delete(key);
  known.set(key, face);
  if (known.size > remembered) known.delete(known.keys().next().value!);
}
