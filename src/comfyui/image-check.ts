import { crc32 } from 'node:zlib';
import { maxImagePixels } from './bounds.js';
import { createHash } from 'node:crypto';
import sharp from 'sharp';

export type CheckedImage = { ok: true; mediaType: string } | { ok: false; problem: string };

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Whether the bytes are one whole picture, judged by its container: cut, padded or overwritten files fail. */
export function checkImage(bytes: Buffer): CheckedImage {
  if (bytes.length === 0) return { ok: false, problem: 'it is empty' };
  if (bytes.subarray(0, 8).equals(pngSignature)) return checkPng(bytes);
  if (bytes.readUIntBE(0, Math.min(2, bytes.length)) === 0xffd8) {
    const whole = bytes.length > 4 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9;
    return whole ? { ok: true, mediaType: 'image/jpeg' } : { ok: false, problem: 'the JPEG is cut off' };
  }
  if (bytes.length > 12 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    const whole = bytes.readUInt32LE(4) + 8 === bytes.length;
    return whole
      ? { ok: true, mediaType: 'image/webp' }
      : { ok: false, problem: 'the WebP is longer or shorter than its header states' };
  }
  return { ok: false, problem: 'it is not a PNG, JPEG or WebP' };
}

/** Chunks: length, type, data, CRC of type and data (PNG specification, 5.3). */
function checkPng(bytes: Buffer): CheckedImage {
  for (let at = pngSignature.length; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      return { ok: false, problem: `the PNG's ${type} chunk has a wrong checksum` };
    }
    if (at === pngSignature.length) {
      if (type !== 'IHDR' || end !== at + 25) return { ok: false, problem: 'the PNG has no header' };
      const pixels = bytes.readUInt32BE(at + 8) * bytes.readUInt32BE(at + 12);
      if (pixels === 0 || pixels > maxImagePixels) return { ok: false, problem: `the PNG claims ${pixels} pixels` };
    }
    if (type === 'IEND') {
      return end === bytes.length
        ? { ok: true, mediaType: 'image/png' }
        : { ok: false, problem: 'there are extra bytes after the PNG' };
    }
    at = end;
  }
  return { ok: false, problem: 'the PNG is cut off' };
}

export interface Pixels {
  /** Of the RGB bytes. The file's own always differ: the graph is written into it. */
  sha256: string;
  /** Every byte is 0: what a model shows whose numbers have become NaN. */
  black: boolean;
}

/** null for a picture that cannot be decoded: whoever looks at it next says so. */
export async function readPixels(bytes: Buffer): Promise<Pixels | null> {
  const rgb = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer()
    .catch(() => null);
  return rgb && { sha256: createHash('sha256').update(rgb).digest('hex'), black: !rgb.some((value) => value !== 0) };
}
