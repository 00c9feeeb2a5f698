import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { layPictures } from '../../src/aitoolkit/folders.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('the pictures that the trainer gets', () => {
  after(removeTemporaryFolders);

  it('are only of kinds that it sees: TIFF and AVIF become PNG, upright, and the others stay as they are', async () => {
    const folder = await temporaryFolder();
    const picture = sharp({ create: { width: 96, height: 64, channels: 3, background: '#a52' } });
    const fileNames = ['a.TIF', 'b.avif', 'c.jpeg'];
    await picture.clone().withMetadata({ orientation: 6 }).tiff().toFile(join(folder, 'a.TIF'));
    await picture.clone().avif().toFile(join(folder, 'b.avif'));
    await picture.clone().jpeg().toFile(join(folder, 'c.jpeg'));
    const laid = await temporaryFolder();
    await layPictures(
      laid,
      fileNames.map((fileName) => ({ imagePath: join(folder, fileName), fileName, caption: '' })),
    );
    const pictures = (await readdir(laid)).filter((name) => !name.endsWith('.txt')).sort();
    assert.deepEqual(pictures, ['0001-a.png', '0002-b.png', '0003-c.jpeg']);
    const sizes = pictures.map(async (name) => {
      const { width, height, format } = await sharp(join(laid, name)).metadata();
      return [width, height, format];
    });
    assert.deepEqual(await Promise.all(sizes), [
      [64, 96, 'png'],
      [96, 64, 'png'],
      [96, 64, 'jpeg'],
    ]);
  });
});
