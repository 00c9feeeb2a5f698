import { readFile } from 'node:fs/promises';
import { readSafetensorsHeader } from '../../src/artifacts/safetensors.js';
import { dtypeBytes } from '../../src/artifacts/tensor-dtypes.js';

/** Safetensors files for tests: the product reads headers and copies data, and never makes or decodes a tensor. */
export type FloatDtype = 'F16' | 'BF16' | 'F32' | 'F64';

/** Every tensor, decoded to float32; F64 loses precision. */
export async function readTensors(
  path: string,
): Promise<Map<string, { dtype: FloatDtype; shape: number[]; data: Float32Array }>> {
  const { tensors, headerBytes } = await readSafetensorsHeader(path);
  const data = (await readFile(path)).subarray(lengthBytes + headerBytes);
  return new Map(
    tensors.map(({ name, dtype, shape, offsets }) => {
      const float = dtype as FloatDtype;
      return [name, { dtype: float, shape, data: decodeFloats(data.subarray(...offsets), float) }];
    }),
  );
}

/**
 * The file as bytes. Metadata and tensors are sorted by name and the header is padded to eight bytes, so equal content
 * gives equal bytes.
 */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, { dtype: FloatDtype; shape: readonly number[]; data: ArrayLike<number> }>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(['__metadata__', Object.fromEntries(byName(metadata))]);
  const data: Buffer[] = [];
  let at = 0;
  for (const [name, { dtype, shape, data: values }] of byName(Object.fromEntries(tensors))) {
    const bytes = encodeFloats(values, dtype);
    if (bytes.length !== shape.reduce((size, length) => size * length, dtypeBytes[dtype]))
      throw new RangeError(`The data of tensor ${name} does not fit its shape.`);
    header.push([name, { dtype, shape, data_offsets: [at, at + bytes.length] }]);
    data.push(bytes);
    at += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...data]);
}

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const lengthBytes = 8;

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 to number. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Number to IEEE 754 binary16, to nearest, ties to even; beyond 65,519 it becomes infinite. */
function floatToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.floor(Math.log2(size) + 1e-12);
  const inside = size < 2 ** exponent ? exponent - 1 : exponent;
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((inside + 15) << 10) + roundToEven((size / 2 ** inside - 1) * 1024));
}

function roundToEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}

/** The upper half of a float32, to nearest, ties to even. */
function floatToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Decodes little-endian elements into float32 (F64 loses precision). */
function decodeFloats(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / dtypeBytes[dtype]);
  for (let i = 0; i < values.length; i++) {
    if (dtype === 'F32') values[i] = view.getFloat32(i * 4, true);
    else if (dtype === 'F16') values[i] = halfToFloat(view.getUint16(i * 2, true));
    else if (dtype === 'F64') values[i] = view.getFloat64(i * 8, true);
    else {
      scratch.setUint32(0, view.getUint16(i * 2, true) << 16);
      values[i] = scratch.getFloat32(0);
    }
  }
  return values;
}

/** Encodes float32 values as little-endian elements. */
function encodeFloats(values: ArrayLike<number>, dtype: FloatDtype): Buffer {
  const bytes = Buffer.alloc(values.length * dtypeBytes[dtype]);
  for (let i = 0; i < values.length; i++) {
    if (dtype === 'F32') bytes.writeFloatLE(values[i], i * 4);
    else if (dtype === 'F64') bytes.writeDoubleLE(values[i], i * 8);
    else bytes.writeUInt16LE(dtype === 'F16' ? floatToHalf(values[i]) : floatToBfloat(values[i]), i * 2);
  }
  return bytes;
}
