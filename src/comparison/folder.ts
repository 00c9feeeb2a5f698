import { join } from 'node:path';
import { writeWhole } from '../report/files.js';
import { writeComparison, type CompareOptions } from './compare.js';
import type { Comparison } from './comparison.js';

/** A comparison as a folder. What lies there already and is right costs reads only. */
export async function writeComparisonFolder({
  directory,
  ...options
}: Omit<CompareOptions, 'write'> & { directory: string }): Promise<Comparison> {
  return await writeComparison({ ...options, write: (path, bytes) => writeWhole(join(directory, path), bytes) });
}
