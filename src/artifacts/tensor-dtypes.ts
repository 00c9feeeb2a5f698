/** Bytes of one element of each dtype that safetensors knows (huggingface/safetensors, tensor.rs). */
export const dtypeBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type Dtype = keyof typeof dtypeBytes;
export type FloatDtype = 'F16' | 'BF16' | 'F32' | 'F64';

export const isDtype = (name: string): name is Dtype => Object.hasOwn(dtypeBytes, name);
export const isFloatDtype = (dtype: Dtype): dtype is FloatDtype =>
  dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64';

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 to number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Number to IEEE 754 binary16, to nearest, ties to even; beyond 65,519 it becomes infinite. */
export function floatToHalf(value: number): number {
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
export function floatToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Decodes little-endian elements into float32 (F64 loses precision). */
export function decodeFloats(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
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
export function encodeFloats(values: ArrayLike<number>, dtype: FloatDtype): Buffer {
  const bytes = Buffer.alloc(values.length * dtypeBytes[dtype]);
  for (let i = 0; i < values.length; i++) {
    if (dtype === 'F32') bytes.writeFloatLE(values[i], i * 4);
    else if (dtype === 'F64') bytes.writeDoubleLE(values[i], i * 8);
    else bytes.writeUInt16LE(dtype === 'F16' ? floatToHalf(values[i]) : floatToBfloat(values[i]), i * 2);
  }
  return bytes;
}

/** Whether any element is NaN or infinite: its exponent bits are all ones (E4M3 has no infinity, and one NaN). */
export function hasNonFinite(bytes: Uint8Array, dtype: Dtype): boolean {
  const words = wordsOf(bytes, dtype);
  if (words) {
    const exponent = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 }[dtype as 'F32' | 'F16' | 'BF16'];
    for (let at = 0; at < words.length; at += 1) if ((words[at] & exponent) === exponent) return true;
    return false;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = (test: (at: number) => boolean): boolean => {
    for (let at = 0; at < bytes.byteLength; at += dtypeBytes[dtype]) if (test(at)) return true;
    return false;
  };
  switch (dtype) {
    case 'F32':
      return found((at) => (view.getUint32(at, true) & 0x7f800000) === 0x7f800000);
    case 'F16':
      return found((at) => (view.getUint16(at, true) & 0x7c00) === 0x7c00);
    case 'BF16':
      return found((at) => (view.getUint16(at, true) & 0x7f80) === 0x7f80);
    case 'F64':
      return found((at) => (view.getUint32(at + 4, true) & 0x7ff00000) === 0x7ff00000);
    case 'F8_E5M2':
      return found((at) => (bytes[at] & 0x7c) === 0x7c);
    case 'F8_E4M3':
      return found((at) => (bytes[at] & 0x7f) === 0x7f);
    default:
      return false;
  }
}

/** The numbers of the usual dtypes in place, five times as quick to look through as byte by byte; null: not possible. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array, dtype: Dtype): Uint32Array | Uint16Array | null {
  if (!isLittleEndian) return null;
  if (dtype === 'F32' && byteOffset % 4 === 0) return new Uint32Array(buffer, byteOffset, byteLength >> 2);
  const isHalf = (dtype === 'F16' || dtype === 'BF16') && byteOffset % 2 === 0;
  return isHalf ? new Uint16Array(buffer, byteOffset, byteLength >> 1) : null;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
