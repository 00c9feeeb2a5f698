import type { Tensor } from '../model/types.js';
import { PythonError } from './python.js';

// https://github.com/huggingface/safetensors: 8-byte LE header length, JSON header, data.
const HEADER_LIMIT_BYTES = 100_000_000; // the library's own limit

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface SafetensorsHeader {
  entries: Map<string, Entry>;
  metadata: Record<string, string> | null;
  dataStart: number;
}

const broken = (reason: string) =>
  new PythonError('safetensors._safetensors_rust.SafetensorError', `Error while deserializing header: ${reason}`);

/** Reads the header of a file's bytes. @throws PythonError SafetensorError, in the library's words. */
export function parseHeader(bytes: Buffer): SafetensorsHeader {
  if (bytes.length < 8) throw broken('header too small');
  const length = Number(bytes.readBigUInt64LE(0));
  if (length > HEADER_LIMIT_BYTES) throw broken('header too large');
  if (8 + length > bytes.length) throw broken('invalid header length');
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  } catch {
    throw broken('invalid JSON in header');
  }
  const { __metadata__, ...rest } = json;
  const entries = new Map(Object.entries(rest as Record<string, Entry>));
  return { entries, metadata: (__metadata__ as Record<string, string>) ?? null, dataStart: 8 + length };
}

const elementBytes: Record<string, number> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

/** All floating tensors of a file, as float32. @throws PythonError SafetensorError for a file that is cut or garbled. */
export function readSafetensors(bytes: Buffer): {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string> | null;
} {
  const { entries, metadata, dataStart } = parseHeader(bytes);
  const end = Math.max(0, ...[...entries.values()].map((entry) => entry.data_offsets[1]));
  if (dataStart + end !== bytes.length) throw broken('incomplete metadata, file not fully covered');
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    if (!(dtype in elementBytes)) continue;
    const [from, to] = data_offsets;
    const data = decode(dtype, bytes.subarray(dataStart + from, dataStart + to));
    if (data.length !== shape.reduce((product, size) => product * size, 1)) throw broken('invalid tensor shape');
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata };
}

function decode(dtype: string, bytes: Buffer): Float32Array {
  const data = new Float32Array(bytes.length / elementBytes[dtype]!);
  for (let i = 0; i < data.length; i++) {
    if (dtype === 'F32') data[i] = bytes.readFloatLE(i * 4);
    else if (dtype === 'F64') data[i] = bytes.readDoubleLE(i * 8);
    else if (dtype === 'BF16') data[i] = bfloat(bytes.readUInt16LE(i * 2));
    else data[i] = half(bytes.readUInt16LE(i * 2));
  }
  return data;
}

const scratch = new DataView(new ArrayBuffer(4));
function bfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** A float32 file with its tensors in the order given. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Record<string, string>): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Buffer[] = [];
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += data.byteLength)] };
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }
  const json = JSON.stringify(header);
  const padded = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}
