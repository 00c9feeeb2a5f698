import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { loadPicture, PictureError } from '../../src/faces/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { plain } from './heads.js';

const kindIs = (kind: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PictureError, String(error));
  assert.equal(error.kind, kind);
  assert.match(error.message, words);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

/** A PNG that says its size and ends there. */
function pngHeader(width: number, height: number): Buffer {
  const body = Buffer.alloc(17);
  body.write('IHDR');
  body.writeUInt32BE(width, 4);
  body.writeUInt32BE(height, 8);
  body.set([8, 2, 0, 0, 0], 12);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(checksum(body));
  const data = Buffer.from('0000000049444154', 'hex');
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
    body,
    sum,
    data,
    Buffer.from('35af061e', 'hex'),
  ]);
}

function checksum(bytes: Buffer): number {
  if (typeof crc32 === 'function') return crc32(bytes);
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

describe('identity: images as they come', () => {
  after(removeTemporaryFolders);

  it('a text file named .jpg is told apart from a damaged image', async () => {
    const folder = await temporaryFolder({ 'me.jpg': 'not an image, whatever it is called' });
    await assert.rejects(loadPicture(`${folder}/me.jpg`), kindIs('not-an-image', /me\.jpg is not an image/));
  });

  it('a file of 0 bytes, a folder and a missing file are each one sentence', async () => {
    const folder = await temporaryFolder({ 'empty.png': '' });
    await assert.rejects(loadPicture(`${folder}/empty.png`), PictureError);
    await assert.rejects(loadPicture(Buffer.alloc(0)), PictureError);
    await assert.rejects(loadPicture(folder), PictureError);
    await assert.rejects(loadPicture(`${folder}/none.png`), kindIs('unreadable', /none\.png can't be opened/));
  });

  for (const format of ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)
    it(`a ${format} cut off anywhere is refused in one sentence, never scored half black`, async () => {
      const noise = {
        create: {
          width: 200,
          height: 200,
          channels: 3 as const,
          background: 'red',
          noise: { type: 'gaussian' as const, mean: 128, sigma: 60 },
        },
      };
      const whole = await sharp(noise).toFormat(format).toBuffer();
      for (const share of [0.01, 0.3, 0.5, 0.9, 0.99]) {
        // A TIFF's directory stands at its end.
        const cut = loadPicture(whole.subarray(0, Math.floor(whole.length * share)));
        await assert.rejects(cut, format === 'tiff' ? PictureError : kindIs('truncated', /cut off or damaged/));
      }
    });

  it('120 megapixels are refused by the header alone, before any memory is taken', async () => {
    await assert.rejects(loadPicture(pngHeader(12_000, 10_000)), kindIs('too-large', /12000 x 10000 = 120 megapixels/));
  });

  it('a photo on its side is turned as its EXIF says, and measured in its turned size', async () => {
    const left = { input: await plain(40, 40).png().toBuffer(), left: 0, top: 0 };
    const onSide = await sharp({ create: { width: 80, height: 40, channels: 3, background: 'black' } })
      .composite([left])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const picture = await loadPicture(onSide);
    assert.deepEqual([picture.width, picture.height], [40, 80]);
    // Orientation 6: the stored left half is the upper one.
    assert.ok(picture.rgb[(10 * 40 + 20) * 3] > 80);
    assert.ok(picture.rgb[(70 * 40 + 20) * 3] < 40);
  });

  it('CMYK, grey, 16 bit, alpha and palettes all come out as 8-bit sRGB without alpha', async () => {
    const kinds = {
      cmyk: await plain(30, 20).toColourspace('cmyk').jpeg().toBuffer(),
      grey: await plain(30, 20).toColourspace('b-w').png().toBuffer(),
      deep: await plain(30, 20).toColourspace('rgb16').png().toBuffer(),
      alpha: await plain(30, 20).ensureAlpha(0.2).png().toBuffer(),
      palette: await plain(30, 20).png({ palette: true }).toBuffer(),
      gif: await plain(30, 20).gif().toBuffer(),
      avif: await plain(30, 20).avif().toBuffer(),
    };
    for (const [kind, bytes] of Object.entries(kinds)) {
      const { rgb, width, height } = await loadPicture(bytes);
      assert.deepEqual([width, height, rgb.length], [30, 20, 30 * 20 * 3], kind);
      assert.ok(Math.abs(rgb[1] - 130) < 14, `${kind}: green is ${rgb[1]}`);
    }
  });

  it('an AVIF whose decoder would take more than 600 MB is refused in one sentence', async () => {
    const large = await plain(5200, 4000).avif({ effort: 0, quality: 30 }).toBuffer();
    await assert.rejects(loadPicture(large), kindIs('too-large', /the limit is 20 for an AVIF/));
  });

  it('a Display P3 photo is shown in sRGB, of an animation the first frame is read', async () => {
    const orange = { create: { width: 30, height: 20, channels: 3 as const, background: '#c86432' } };
    const p3 = await sharp(orange).withIccProfile('p3').png().toBuffer();
    const { rgb } = await loadPicture(p3);
    for (const [at, value] of [200, 100, 50].entries())
      assert.ok(Math.abs(rgb[at] - value) <= 3, `${rgb[at]}, ${value}`);
    const frames = Buffer.concat([Buffer.alloc(300, 250), Buffer.alloc(300, 5)]);
    const gif = await sharp(frames, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
      .gif()
      .toBuffer();
    const first = await loadPicture(gif);
    assert.deepEqual([first.height, first.rgb[0] > 200], [10, true]);
  });

  it('a large image is halved while it is read, but keeps its own size in what is told', async () => {
    const picture = await loadPicture(await plain(6400, 1600).jpeg().toBuffer());
    assert.deepEqual([picture.width, picture.height], [6400, 1600]);
    assert.deepEqual([picture.workingWidth, picture.workingHeight], [3200, 800]);
  });
});
