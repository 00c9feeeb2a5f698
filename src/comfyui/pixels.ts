import { createHash } from 'node:crypto';
import sharp from 'sharp';

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
