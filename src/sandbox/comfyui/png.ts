import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { Picture } from '../model/types.js';

const SIGNATURE_BYTES = 8;
/** IHDR is always first and 25 bytes long; ComfyUI's texts stand right after it. */
const AFTER_IHDR = SIGNATURE_BYTES + 25;

/** A PNG with the texts as tEXt chunks. The same picture and texts give the same bytes. Texts have to be ASCII. */
export async function encodePng(picture: Picture, texts: [key: string, text: string][]): Promise<Buffer> {
  const { width, height, pixels } = picture;
  const plain = await sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .png({ compressionLevel: 4, adaptiveFiltering: false })
    .toBuffer();
  const chunks = texts.map(([key, text]) => textChunk(key, text));
  return Buffer.concat([plain.subarray(0, AFTER_IHDR), ...chunks, ...imageChunks(plain)]);
}

function textChunk(key: string, text: string): Buffer {
  const body = Buffer.from(`tEXt${key.slice(0, 79)}\0${text}`, 'latin1');
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** IDAT and IEND alone: the encoder's own remarks (resolution) are left out, as Pillow leaves them out. */
function imageChunks(png: Buffer): Buffer[] {
  const kept: Buffer[] = [];
  for (let at = AFTER_IHDR; at < png.length;) {
    const end = at + 12 + png.readUInt32BE(at);
    if (['IDAT', 'IEND'].includes(png.toString('latin1', at + 4, at + 8))) kept.push(png.subarray(at, end));
    at = end;
  }
  return kept;
}
