import { readFile, writeFile } from 'node:fs/promises';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Tensor } from '../model/types.js';

/** Where torch.save puts the first storage of AdamW's state: the update count, one float32, little-endian. */
const updatesEntry = 'optimizer/data/0';
/** Shapes of the other entries by tensor name; torch has its pickle here. */
const indexEntry = 'optimizer/data.pkl';
/** Zip has no time zone and no year before 1980: one fixed moment, so that equal state gives equal bytes. */
const mtime = new Date(1980, 0, 1, 0, 0, 0);

export interface OptimizerState {
  updates: number;
  tensors: Map<string, Tensor>;
}

/** Written in place, as torch.save does: a kill in the middle leaves a file without its end record. */
export async function writeOptimizer(
  path: string,
  updates: number,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<void> {
  const names = [...tensors.keys()].sort();
  const index = names.map((name, at) => ({ name, shape: tensors.get(name)?.shape, entry: `optimizer/data/${at + 1}` }));
  const files: Record<string, Uint8Array> = {
    [indexEntry]: strToU8(JSON.stringify(index)),
    [updatesEntry]: bytesOf(Float32Array.of(updates)),
  };
  for (const { name, entry } of index) files[entry] = bytesOf(tensors.get(name)!.data);
  await writeFile(path, zipSync(files, { level: 0, mtime }));
}

/** Throws where the file is not a whole zip with what `writeOptimizer` puts in. */
export async function readOptimizer(path: string): Promise<OptimizerState> {
  const files = unzipSync(await readFile(path));
  const index = JSON.parse(strFromU8(files[indexEntry])) as { name: string; shape: number[]; entry: string }[];
  const tensors = new Map(index.map(({ name, shape, entry }) => [name, { shape, data: floatsOf(files[entry]) }]));
  return { updates: floatsOf(files[updatesEntry])[0], tensors };
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
/** Copied: an entry may start at any byte, a Float32Array only at multiples of four. */
const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);
