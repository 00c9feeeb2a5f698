import { orientationOnly } from './orientation.js';
import { chunkOf, pngChunks, pngOf, type Chunk } from './png-chunks.js';

/** What pixels and their colours need, with the most bytes that each may have; all else tells of how it was made. */
const kept: Record<string, number> = {
  IHDR: 13,
  PLTE: 768,
  tRNS: 256,
  cHRM: 32,
  gAMA: 4,
  sRGB: 1,
  sBIT: 4,
  pHYs: 9,
  cICP: 4,
  mDCV: 24,
  cLLI: 8,
  iCCP: 4 * 1024 * 1024,
  IDAT: Infinity,
  IEND: 0,
};

/** The same pixels, and nothing beside them. null: no whole PNG. */
export function barePng(bytes: Buffer, orientation: number): Buffer | null {
  const chunks = pngChunks(bytes);
  if (!chunks) return null;
  const seen = new Set<string>();
  const bare = chunks
    .filter(({ type, data }) => {
      if (!(type in kept) || data.length > kept[type] || (seen.has(type) && type !== 'IDAT')) return false;
      seen.add(type);
      return true;
    })
    .map((chunk) => (chunk.type === 'iCCP' ? unnamed(chunk) : chunk));
  if (orientation !== 1) bare.splice(1, 0, chunkOf('eXIf', orientationOnly(orientation)));
  return pngOf(bare);
}

/** A profile's name in a PNG is free text, which no reader needs. */
function unnamed({ type, data }: Chunk): Chunk {
  return chunkOf(type, Buffer.concat([Buffer.from('ICC'), data.subarray(Math.max(0, data.indexOf(0)))]));
}
