import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { comparable } from '../../src/faces/score/references.js';
import { scoreBatch, type NamedPicture } from '../../src/faces/index.js';
import { beside, engine, head, plain } from './heads.js';

const named = async (key: string, bytes: Buffer | Promise<Buffer>): Promise<NamedPicture> => ({
  key,
  source: await bytes,
});

describe('identity: a batch through the real models', function () {
  this.timeout(120_000);

  it('a person turned a little is nearer to their portrait than somebody else, and the pose is found', async () => {
    const { images } = await scoreBatch(await engine(), {
      images: [
        await named('self', head(3, 'yaw 15')),
        await named('turned', head(3, 'yaw 30')),
        await named('other', head(8)),
      ],
      references: [await named('portrait', head(3))],
    });
    const [self, turned, other] = images.map(({ measured }) => measured);
    assert.deepEqual(
      images.map(({ measured }) => measured.faces),
      [1, 1, 1],
    );
    assert.ok(self.identity! > other.identity! + 0.1, `self ${self.identity}, other ${other.identity}`);
    assert.ok(Math.abs(turned.pose!.yaw - 30) < 12, `yaw ${turned.pose!.yaw}`);
  });

  it('a bad image and one without a face are results: the batch goes on', async () => {
    const { images, references } = await scoreBatch(await engine(), {
      images: [
        await named('notes.jpg', Buffer.from('some text')),
        await named('wall', plain(300, 200).png().toBuffer()),
        await named('portrait', head(3)),
      ],
      references: [await named('wall too', plain(90, 90).png().toBuffer()), await named('portrait', head(3))],
      training: [await named('trained on', head(3))],
    });
    assert.match(images[0].error ?? '', /notes\.jpg is not an image/);
    assert.deepEqual([images[1].error, images[1].measured.faces, images[1].measured.identity], [null, 0, null]);
    assert.ok(images[2].measured.identity! > 0.99);
    assert.ok(images[2].measured.nearestTraining! > 0.99);
    assert.equal(references[0].faces, 0);
  });

  it('the second save of one image is a near-duplicate, another view or a smile is not', async () => {
    const again = await sharp(await head(3))
      .jpeg({ quality: 80 })
      .toBuffer();
    const { images } = await scoreBatch(await engine(), {
      images: [
        await named('turned', head(3, 'yaw 30')),
        await named('smile', head(3, 'smiling')),
        await named('again', again),
      ],
      references: [],
      kept: [await named('portrait', head(3))],
    });
    assert.deepEqual(
      images.map(({ duplicateOf }) => duplicateOf),
      [null, null, 'portrait'],
    );
    assert.equal(images[0].measured.identity, null);
  });

  it('the box is given in the pixels of the image, not of what the models see', async () => {
    const large = await sharp(await head(3))
      .resize(3000)
      .png()
      .toBuffer();
    const { images } = await scoreBatch(await engine(), {
      images: [await named('small', head(3)), await named('large', large)],
      references: [],
    });
    const [small, big] = images.map(({ measured }) => measured);
    assert.equal(big.width, 3000);
    for (const side of [0, 1, 2, 3]) assert.ok(Math.abs(big.box![side] / 3000 - small.box![side] / 384) < 0.03);
  });

  it('a face that fills its image to the edges, and one of 32 pixels in a large image, are not overlooked', async () => {
    const whole = await head(3);
    const { chosen } = await (await engine()).measure(whole);
    const [left, top, right, bottom] = chosen!.box.map(Math.round);
    const [width, height] = [right - left, bottom - top];
    const inset = { left: Math.round(width / 5), top: Math.round(height / 5) };
    const filling = await sharp(whole)
      .extract({
        left: left + inset.left,
        top: top + inset.top,
        width: width - 2 * inset.left,
        height: height - 2 * inset.top,
      })
      .png()
      .toBuffer();
    const input = await sharp(whole)
      .resize(Math.round((384 * 32) / width))
      .toBuffer();
    const tiny = await plain(1536, 1536)
      .composite([{ input, left: 700, top: 640 }])
      .png()
      .toBuffer();
    for (const picture of [filling, tiny]) assert.equal((await (await engine()).measure(picture)).faces, 1);
    const found = await (await engine()).measure(tiny);
    const [x] = found.chosen!.box;
    assert.ok(x > 690 && x < 740, `the box begins at ${x}`);
  });

  it('a cat, of which the detector is sure, is no person', async () => {
    const cat = await readFile(new URL('pictures/cat.jpg', import.meta.url));
    assert.equal((await (await engine()).measure(cat)).faces, 0);
  });

  it('heads turned far, whose landmarks waver and whose embeddings are short, keep their faces', async () => {
    for (const seed of [1, 7, 8]) assert.equal((await (await engine()).measure(await head(seed, 'yaw 57'))).faces, 1);
  });

  it('of several faces the one nearest to the references is scored, and how sure the detector is of it is told', async () => {
    const { images } = await scoreBatch(await engine(), {
      images: [
        await named(
          'group',
          beside(
            head(8),
            await sharp(await head(3))
              .resize(200)
              .png()
              .toBuffer(),
          ),
        ),
      ],
      references: [await named('portrait', head(3))],
    });
    const [{ faces, identity, box, certainty }] = images.map(({ measured }) => measured);
    assert.equal(faces, 2);
    assert.ok(identity! > 0.8 && box![0] > 384, `identity ${identity} at ${box}`);
    assert.ok(certainty! > 0.65 && certainty! <= 1);
  });

  it('an image whose hash is known is not even loaded a second time', async () => {
    let loads = 0;
    const source = async () => {
      loads++;
      return await head(3);
    };
    const sha256 = (await import('node:crypto'))
      .createHash('sha256')
      .update(await head(3))
      .digest('hex');
    const batch = { images: [], references: [{ key: 'r', source, sha256 }] };
    await scoreBatch(await engine(), batch);
    await scoreBatch(await engine(), batch);
    assert.ok(loads <= 1, `loaded ${loads} times`);
  });

  it('results are small enough to travel: no embedding, no thumbnail', async () => {
    const { images } = await scoreBatch(await engine(), { images: [await named('a', head(3))], references: [] });
    assert.ok(JSON.stringify(images).length < 720);
  });

  it('an aborted batch ends with the reason of its signal', async () => {
    const reason = new Error('enough');
    const batch = { images: [await named('a', head(3))], references: [] };
    await assert.rejects(scoreBatch(await engine(), batch, { signal: AbortSignal.abort(reason) }), reason);
  });

  it('a failing store is not a bad image: its error is thrown', async () => {
    const source = () => Promise.reject(new Error('store is gone'));
    await assert.rejects(
      scoreBatch(await engine(), { images: [{ key: 'a', source }], references: [] }),
      /store is gone/,
    );
  });

  it('profiles are compared with profiles; with none, with the nearer half', () => {
    const yaws = [-60, -30, 0, 30, 60].map((yaw) => ({ yaw }));
    assert.deepEqual(comparable(50, yaws), [{ yaw: 30 }, { yaw: 60 }]);
    assert.deepEqual(comparable(-80, [{ yaw: 0 }, { yaw: 30 }]), [{ yaw: 0 }]);
    assert.deepEqual(comparable(0, []), []);
  });
});
