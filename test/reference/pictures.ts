import sharp from 'sharp';
import { picturesAt } from '../../src/faces/score/picture-files.js';
import { head } from '../faces/heads.js';
import { temporaryFolder } from '../support/folder.js';

/** Drawn heads, and photos where AZIT_REFERENCE_PHOTOS names a folder of them. */
export async function referencePictures(): Promise<string[]> {
  const files: Record<string, Buffer> = {};
  for (const seed of [1, 3, 5, 8])
    for (const view of ['front view', 'yaw 20', 'yaw -35', 'smiling', 'pitch 10']) {
      const png = await head(seed, view);
      files[`${seed} ${view}.png`] = png;
      files[`${seed} ${view}.jpg`] = await sharp(png)
        .resize(900, 1100, { fit: 'contain', background: '#777' })
        .extend({ left: 500, right: 300, background: '#777' })
        .jpeg({ quality: 92 })
        .toBuffer();
    }
  const drawn = await picturesAt([await temporaryFolder(files)]);
  const folder = process.env.AZIT_REFERENCE_PHOTOS;
  if (!folder) return drawn;
  const photos: string[] = [];
  for (const path of await picturesAt([folder])) if (await comparable(path)) photos.push(path);
  return [...drawn, ...photos];
}

/** OpenCV ignores colour profiles; a larger picture is halved before it is measured. */
async function comparable(path: string): Promise<boolean> {
  const header = await sharp(path)
    .metadata()
    .catch(() => null);
  if (!header || Math.max(header.width, header.height) > 6100) return false;
  return !header.icc || /sRGB|s\0R\0G\0B/.test(header.icc.toString('latin1'));
}
