import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Tensor } from '../model/types.js';

const lengthBytes = 8;

export interface SafetensorsFile {
  /** Null where the file has no `__metadata__`. */
  metadata: Record<string, string> | null;
  tensors: Map<string, Tensor>;
}

/** Lays float32 tensors out in name order. @returns header entries, the data, and sha256 of the data. */
export function layOut(tensors: ReadonlyMap<string, Tensor>) {
  const entries: Record<string, { dtype: 'F32'; shape: number[]; data_offsets: [number, number] }> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, { shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
  }
  const data = Buffer.concat(parts);
  return { entries, data, sha256: createHash('sha256').update(data).digest('hex') };
}

/** Writes as safetensors 0.8 does: `.tmpXXXXXX` with mode 0600, renamed when whole, never flushed. */
export async function writeSafetensors(
  path: string,
  { entries, data }: ReturnType<typeof layOut>,
  metadata: Record<string, string>,
): Promise<void> {
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...entries }));
  const header = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(header.length));
  const temporary = join(dirname(path), `.tmp${randomBytes(3).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(Buffer.concat([length, header, data]));
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(`Error while serializing: I/O error: ${osWords(error)}`, { cause: error });
  }
}

/** Throws with the safetensors library's own words where the file is not whole. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const bytes = await readFile(path);
  if (bytes.length < lengthBytes) throw new Error('Error while deserializing header: header too small');
  const headerEnd = lengthBytes + Number(bytes.readBigUInt64LE());
  if (headerEnd > bytes.length) throw new Error('Error while deserializing header: invalid header length');
  const header = JSON.parse(bytes.toString('utf8', lengthBytes, headerEnd)) as Record<string, unknown>;
  const tensors = new Map<string, Tensor>();
  let end = headerEnd;
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = value as { shape: number[]; data_offsets: [number, number] };
    const [from, to] = entry.data_offsets.map((offset) => headerEnd + offset);
    end = Math.max(end, to);
    tensors.set(name, {
      shape: entry.shape,
      data: new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer, 0),
    });
  }
  if (end !== bytes.length) {
    throw new Error('Error while deserializing header: incomplete metadata, file not fully covered');
  }
  return { metadata: (header.__metadata__ as Record<string, string> | undefined) ?? null, tensors };
}

/** e.g. ENOSPC -> `No space left on device (os error 28)`, as Rust says it. */
export function osWords(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOSPC: 'No space left on device',
    EFBIG: 'File too large',
    EACCES: 'Permission denied',
    EDQUOT: 'Disk quota exceeded',
  };
  return code && words[code] ? `${words[code]} (os error ${Math.abs(errno ?? 0)})` : message;
}
