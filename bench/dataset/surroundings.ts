import type { Surroundings } from '../../src/dataset/fusion.js';
import { openEmbedder } from '../../src/faces/engine/open-embedder.js';
import { loadPicture } from '../../src/faces/index.js';
import { measureCached } from '../../src/faces/score/measurements.js';
import { surroundingsOf } from '../../src/faces/score/surroundings.js';

export const { engine } = await openEmbedder('default');

export async function surroundings(bytes: Buffer, name: string): Promise<Surroundings | null> {
  const { face } = await measureCached(engine, { key: name, source: bytes });
  const box = face?.chosen?.box;
  return box
    ? surroundingsOf(await loadPicture(bytes, { workingPixels: 640 }), [...box] as [number, number, number, number])
    : null;
}
