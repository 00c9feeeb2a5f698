import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { checkPicture, listPictures } from '../../src/project/pictures.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const jpeg = () =>
  sharp({ create: { width: 80, height: 80, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer();
const padded = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(300)]);

describe('spec: images', () => {
  after(removeTemporaryFolders);

  it('sound images of another kind are called by it, whatever their name says', async () => {
    for (const [bytes, kind] of [
      ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'HEIC'],
      ['\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'HEIC'],
      ['\xff\x0a\0\0\0\0\0\0\0\0\0\0', 'JPEG XL'],
      ['\0\0\0\x0cJXL \r\n\x87\n', 'JPEG XL'],
      ['BM\0\0\0\0\0\0\0\0\0\0', 'BMP'],
      ['GIF89a\0\0\0\0\0\0', 'GIF'],
      ['8BPS\0\x01\0\0\0\0\0\0', 'a Photoshop file'],
      ['%PDF-1.7\n....', 'a PDF'],
      ['<?xml version="1.0"?>\n<svg xmlns="x">', 'SVG'],
      ['II*\0\x10\0\0\0CR\x02\0', 'a camera raw file'],
      ['FUJIFILMCCD-RAW 0201', 'a camera raw file'],
      ['\0\0\0\x14ftypqt  \0\0\0\0', 'a video'],
    ] as const) {
      const folder = await temporaryFolder({ 'me.jpg': padded(bytes) });
      const checked = await checkPicture(join(folder, 'me.jpg'));
      assert.deepEqual(checked, {
        ok: false,
        reason: `is ${kind}, which AZIT does not read: export it as JPEG or PNG`,
      });
    }
  });

  it('AVIF, which begins as HEIC does, is taken, and JFIF is JPEG', async () => {
    const avif = await sharp(await jpeg())
      .avif()
      .toBuffer();
    const folder = await temporaryFolder({ 'me.avif': avif, 'me.jfif': await jpeg() });
    for (const name of ['me.avif', 'me.jfif']) assert.equal((await checkPicture(join(folder, name))).ok, true, name);
  });

  it('what a folder holds is accounted for: taken, or left out with why and a cure', async () => {
    const folder = await temporaryFolder({
      'm0.jpg': await jpeg(),
      'm0.caption': 'a',
      'm1.jpg': await jpeg(),
      'M1.txt': 'a',
      'm2.jpg': await jpeg(),
      'm2.jpg.txt': 'a',
      'm3.jfif': await jpeg(),
      'm3.txt': 'mine',
      'm5.heic': 'x',
      'm7.bmp': 'x',
      'lost.txt': 'x',
      'metadata.jsonl': '{}',
      '.DS_Store': 'x',
      'model.npz': 'x',
    });
    await mkdir(join(folder, '2_mnaz'));
    await writeFile(join(folder, '2_mnaz', 'm8.jpg'), await jpeg());
    const found = await listPictures(folder);
    assert.ok(found.ok);
    assert.equal(found.pictures.length, 4);
    assert.deepEqual(
      found.pictures.filter(({ captionPath }) => captionPath).map(({ captionPath }) => captionPath),
      [join(folder, 'm3.txt')],
    );
    for (const words of [
      '10 entries are left out: ',
      'm0.caption (rename it to m0.txt)',
      'M1.txt (rename it to m1.txt)',
      'm2.jpg.txt (rename it to m2.txt)',
      'm5.heic (HEIC: export it as JPEG or PNG)',
      'm7.bmp (BMP: export it as JPEG or PNG)',
      'lost.txt (a caption without an image)',
      'metadata.jsonl (a caption must be a .txt file next to its image)',
      '.DS_Store (a hidden file)',
      'model.npz (not an image)',
      '2_mnaz (a folder: images inside it are not used)',
    ])
      assert.ok(found.leftOut?.includes(words), `${words} in ${found.leftOut}`);
  });
});
