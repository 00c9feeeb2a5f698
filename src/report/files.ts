import { createHash } from 'node:crypto';
import { replaceFile } from '../files/atomic.js';
import type { ArtifactRef } from '../run/ref.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, regularPieces } from '../files/regular-file.js';
import type { ReportData, ReportRecord, Strip } from '../run/record.js';

export const sha256Of = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * A file that already holds these bytes is left alone, so writing a report again costs reads only.
 * @returns the sha256 of what the file now holds.
 */
export async function writeWhole(file: string, bytes: Buffer | string): Promise<string> {
  const sha256 = sha256Of(bytes);
  if ((await sha256OfFile(file)) !== sha256) await replaceFile(file, bytes);
  return sha256;
}

/** @returns null where there is no such file (or it is no file). */
export async function sha256OfFile(file: string): Promise<string | null> {
  try {
    const hash = createHash('sha256');
    for await (const piece of regularPieces(file, { maxBytes: fileLimits.report })) hash.update(piece);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof ForeignFileError && (error.kind === 'missing' || error.kind === 'irregular')) return null;
    throw error;
  }
}

export type ReadArtifact = (ref: ArtifactRef) => Promise<Buffer>;

/** Keeps a file of the report under its path inside it. @returns its sha256 */
export type WriteFile = (path: string, bytes: Buffer | string) => Promise<string>;

/** Brings together what a run hands over by reference. */
export async function openReport(record: ReportRecord, read: ReadArtifact): Promise<ReportData> {
  const { strips } = record;
  if (Array.isArray(strips)) return { ...record, strips };
  return { ...record, strips: JSON.parse((await read(strips)).toString('utf8')) as Strip[] };
}
