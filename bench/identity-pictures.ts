import { join } from 'node:path';
import sharp from 'sharp';
import { draw } from '../src/sandbox/model/index.js';

const people = 8;

/** Portraits of drawn people with some grain, as JPEG: a folder to measure where no other is given. */
export async function makePictures(folder: string, count: number, width: number, height = width): Promise<string[]> {
  const faces: Buffer[] = [];
  for (let seed = 1; seed <= Math.min(people, count); seed++) {
    const { pixels } = draw({
      prompt: `portrait photo, yaw ${(seed % 5) * 10 - 20}`,
      negative: '',
      seed,
      width: 384,
      height: 384,
      loras: [],
    });
    faces.push(
      await sharp(Buffer.from(pixels), { raw: { width: 384, height: 384, channels: 3 } })
        .png()
        .toBuffer(),
    );
  }
  const grain = await sharp({
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 20 } },
  })
    .png()
    .toBuffer();
  const paths: string[] = [];
  for (let index = 0; index < count; index++) {
    const path = join(folder, `${String(index).padStart(4, '0')}.jpg`);
    const side = 300 + ((index * 37) % 84);
    const cut = { left: (384 - side) >> 1, top: (384 - side) >> 1, width: side, height: side };
    const face = await sharp(faces[index % faces.length])
      .extract(cut)
      .resize(width, height, { fit: 'cover' })
      .toBuffer();
    await sharp(face)
      .composite([{ input: grain, blend: 'soft-light' }])
      .jpeg({ quality: 90 })
      .toFile(path);
    paths.push(path);
  }
  return paths;
}
