import { open } from 'node:fs/promises';
import type { SafetensorsHeader, TensorInfo } from '../artifacts/safetensors.js';
import type { Dtype } from '../artifacts/tensor-dtypes.js';
import { lengthBytes } from './metadata.js';

export const isAlpha = ({ name }: TensorInfo): boolean => name.endsWith('.alpha');

/** The bytes of every alpha, by its name; of one that is no single number, none. */
export async function readAlphas(
  path: string,
  { tensors, headerBytes }: SafetensorsHeader,
): Promise<Map<string, Buffer>> {
  const alphas = new Map<string, Buffer>();
  const file = await open(path);
  try {
    for (const tensor of tensors.filter(isAlpha)) {
      const { name, shape, offsets } = tensor;
      if (shape.some((length) => length !== 1)) continue;
      const bytes = Buffer.alloc(offsets[1] - offsets[0]);
      await file.read(bytes, 0, bytes.length, lengthBytes + headerBytes + offsets[0]);
      alphas.set(name, bytes);
    }
  } finally {
    await file.close();
  }
  return alphas;
}

/** A rank as a tensor's element holds it; null: this dtype does not hold it exactly, or is none that trainers use. */
export function alphaBytes(rank: number, dtype: Dtype): Buffer | null {
  const bytes = Buffer.alloc(8);
  bytes.writeFloatLE(rank);
  if (dtype === 'F32') return bytes.subarray(0, 4);
  // Of a 32-bit float the upper half; of a half, five bits of exponent and ten of what follows the first one.
  if (dtype === 'BF16') return bytes.readUInt16LE() === 0 ? bytes.subarray(2, 4) : null;
  if (dtype !== 'F16' || rank >= 2048) return null;
  const exponent = Math.floor(Math.log2(rank));
  bytes.writeUInt16LE(((exponent + 15) << 10) | ((rank / 2 ** exponent - 1) * 1024));
  return bytes.subarray(0, 2);
}
