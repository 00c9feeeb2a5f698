import { orientationOnly } from './orientation.js';

const kept = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP']);
const extendedBytes = 10;
/** Flags of VP8X. */
const flags = { animation: 0x02, profile: 0x20, alpha: 0x10, exif: 0x08 };

/** The same pixels, and nothing beside them. null: not to be read as a WebP of one picture (RFC 9649). */
export function bareWebp(bytes: Buffer, orientation: number): Buffer | null {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length + 1) return null;
  const parts: Buffer[] = [];
  const seen = new Set<string>();
  for (let at = 12; at + 8 <= Math.min(end, bytes.length);) {
    const type = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (at + 8 + size > bytes.length) return null;
    const data = bytes.subarray(at + 8, at + 8 + size);
    if (type === 'VP8X' && (size < extendedBytes || data[0] & flags.animation)) return null;
    if (kept.has(type) && !seen.has(type))
      parts.push(chunk(type, type === 'VP8X' ? bareFlags(data, orientation) : data));
    seen.add(type);
    at += 8 + size + (size % 2);
  }
  if (!seen.has('VP8 ') && !seen.has('VP8L')) return null;
  if (orientation !== 1) parts.push(chunk('EXIF', orientationOnly(orientation)));
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts]);
  const head = Buffer.from('RIFF\0\0\0\0');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function bareFlags(data: Buffer, orientation: number): Buffer {
  const bare = Buffer.from(data.subarray(0, extendedBytes));
  bare[0] = (bare[0] & (flags.profile | flags.alpha)) | (orientation !== 1 ? flags.exif : 0);
  return bare;
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
