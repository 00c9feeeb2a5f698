import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { layPictures } from '../../src/aitoolkit/folders.js';
import { loadPicture } from '../../src/faces/engine/picture.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('the images that the trainer gets', () => {
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

  it('what PIL reads otherwise than the face models did becomes plain 8-bit sRGB, with the same pixels', async () => {
    const folder = await temporaryFolder();
    const picture = sharp({ create: { width: 96, height: 64, channels: 3, background: '#a52' } });
    const files = {
      'deep.png': picture.clone().toColourspace('rgb16').png(),
      'print.jpg': picture.clone().toColourspace('cmyk').jpeg(),
      'grey.png': picture.clone().greyscale().png(),
      'clear.png': picture.clone().ensureAlpha(0.5).png(),
      'palette.png': picture.clone().png({ palette: true }),
      'wide.png': picture.clone().withIccProfile('p3').png(),
      'turned.jpg': picture.clone().withMetadata({ orientation: 6 }).jpeg(),
    };
    for (const [name, source] of Object.entries(files)) await source.toFile(join(folder, name));
    const names = Object.keys(files);
    const laid = await layPictures(
      await temporaryFolder(),
      names.map((fileName) => ({ imagePath: join(folder, fileName), fileName, caption: '' })),
    );
    for (const [at, { imagePath }] of laid.entries()) {
      const { format, depth, space, channels, icc, orientation, isPalette } = await sharp(imagePath).metadata();
      assert.deepEqual(
        [format, depth, space, channels, isPalette ?? false],
        ['png', 'uchar', 'srgb', 3, false],
        names[at],
      );
      assert.deepEqual([icc, orientation ?? 1], [undefined, 1], names[at]);
      const [plain, measured] = await Promise.all(
        [imagePath, join(folder, names[at])].map((path) => loadPicture(path)),
      );
      assert.deepEqual(Buffer.from(plain.rgb), Buffer.from(measured.rgb), names[at]);
    }
  });
});
