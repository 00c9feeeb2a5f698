import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { draw } from '../../../src/sandbox/model/index.js';

export interface DrawnPicture {
  imagePath: string;
  fileName: string;
  caption: string;
}

/** Two small views of one drawn person, each with its caption beside it. */
export async function drawPictures(folder: string): Promise<DrawnPicture[]> {
  await mkdir(folder, { recursive: true });
  const pictures: DrawnPicture[] = [];
  for (const [index, yaw] of [-30, 30].entries()) {
    const caption = `yaw ${yaw}, close-up, neutral expression`;
    const { width, height, pixels } = draw({
      prompt: caption,
      negative: '',
      seed: 5,
      width: 96,
      height: 96,
      loras: [],
    });
    const fileName = `img${index}.png`;
    const imagePath = join(folder, fileName);
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(imagePath);
    await writeFile(join(folder, `img${index}.txt`), caption);
    pictures.push({ imagePath, fileName, caption });
  }
  return pictures;
}
