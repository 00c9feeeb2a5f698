import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { ensureModels } from '../../src/faces/index.js';
import { startStudio, type RunningStudio } from '../../src/studio/server.js';
import type { FaceLookOptions } from '../../src/studio/start/face-look.js';
import { squareFor } from '../../src/studio/start/square.js';
import { beside, head, plain } from '../faces/heads.js';
import { startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { Visitor, type Reply } from './browser-less.js';

type Place = 'anchor' | 'pictures';

describe('dropped images at the studio: faces and squares', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  let studio: RunningStudio;
  let person: Visitor;
  let trays = 0;
  let tray = '';

  const serve = async (faceLook?: FaceLookOptions): Promise<RunningStudio> => {
    const store = () => Promise.resolve(rig.store);
    return await startStudio({ client: rig.client, store, folder: join(rig.folder, 'studio'), port: 0, faceLook });
  };
  const entered = async (at: RunningStudio): Promise<Visitor> => {
    const visitor = new Visitor(at.port);
    const { pathname, search } = new URL(at.address());
    await visitor.enter(pathname + search);
    return visitor;
  };

  before(async () => {
    await ensureModels();
    rig = await startQuickRig();
    studio = await serve();
    person = await entered(studio);
  });
  after(async () => {
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
  });
  beforeEach(() => {
    trays += 1;
    tray = trays.toString(16).padStart(32, '0');
  });

  const query = (place: Place, name: string): string => new URLSearchParams({ tray, place, name }).toString();
  const drop = async (place: Place, name: string, bytes: Buffer): Promise<void> =>
    assert.match((await person.drop(`/start/pictures?${query(place, name)}`, bytes)).text, /"taken":true/);
  const face = async (place: Place, name: string, who = person) =>
    JSON.parse((await who.ask(`/start/face?${query(place, name)}`)).text) as { words?: string; lack?: string };
  const crop = async (place: Place, name: string, fields: Record<string, string | number>): Promise<Reply> =>
    await person.change('/start/crop', {
      ...{ tray, place, name },
      ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)])),
    });
  const lying = async (): Promise<string> => {
    const root = join(rig.folder, 'studio', 'uploads');
    const all = await Promise.all((await readdir(root)).map((name) => readdir(join(root, name), { recursive: true })));
    return all.flat().sort().join(' ');
  };

  it('an image that a run would refuse is taken without a word, or one that it takes is doubted', async () => {
    const [one, other] = [head(1), await head(5)];
    await drop('pictures', 'fine.png', await one);
    await drop('pictures', 'none.png', await plain(400, 400).png().toBuffer());
    await drop('pictures', 'two.png', await beside(one, other));
    await drop(
      'pictures',
      'lying.png',
      await sharp(await one)
        .rotate(90)
        .png()
        .toBuffer(),
    );
    const small = await sharp(await one)
      .resize(60)
      .toBuffer();
    await drop(
      'pictures',
      'small.png',
      await plain(400, 400)
        .composite([{ input: small }])
        .png()
        .toBuffer(),
    );
    assert.match((await face('pictures', 'fine.png')).words!, /^One face, \d{3} pixels wide\.$/);
    assert.match((await face('pictures', 'none.png')).words!, /^No face found: used for training, never held out\.$/);
    assert.match((await face('pictures', 'two.png')).words!, /leave it out: 2 faces found/);
    assert.match((await face('pictures', 'lying.png')).words!, /leave it out: not upright: rotate it 270 degrees/);
    assert.match(
      (await face('pictures', 'small.png')).words!,
      /small: the face is \d\d(\.\d)? pixels wide \(minimum 48\)/,
    );
    const { text } = await person.ask(`/start/review?tray=${tray}`);
    assert.match(text, /leave it out: 2 faces found/, 'it stands at the image');
    await drop('anchor', 'side.png', await head(1, 'yaw -35'));
    assert.match((await face('anchor', 'side.png')).words!, /would not accept it: not frontal: yaw -3\d \(limit 20/);
    // The same name with another content is looked at anew.
    await drop('anchor', 'side.png', await one);
    assert.match((await face('anchor', 'side.png')).words!, /^One face/);
  });

  it('without face models the page waits, downloads them, or says nothing', async () => {
    const models = join(rig.folder, 'no-models');
    await mkdir(models);
    const without = await serve({ modelsDir: models });
    const other = await entered(without);
    const bytes = await head(1);
    assert.match((await other.drop(`/start/pictures?${query('pictures', 'a.png')}`, bytes)).text, /"taken":true/);
    assert.match((await face('pictures', 'a.png', other)).lack!, /this machine has no face models, `azit models pull`/);
    const { text } = await other.ask(`/start/review?tray=${tray}`);
    assert.match(text, /no face models/);
    assert.ok(!text.includes('data-look'));
    assert.deepEqual(await readdir(models), []);
    await without.close();
    await rm(models, { recursive: true });
  });

  it('faces are looked for with another embedder than the workers of this machine, or the page does not name it', async () => {
    const file = join(rig.folder, 'mine.yaml');
    const model = join(await ensureModels(), 'fr_feature.onnx');
    const licence = 'licence: { name: ours, commercial: false }';
    await writeFile(
      file,
      `name: mine\nfile: ${model}\nmean: 127\nstd: 128\nchannels: bgr\nthreshold: 0.4\n${licence}\n`,
    );
    for (const [embedder, said, finding] of [
      [file, /checks faces with the embedder mine; .*non-commercial/, /^One face/],
      ['nobody', /not checked on this page: There is no embedder .*nobody/, null],
    ] as const) {
      const own = await serve({ embedder });
      const other = await entered(own);
      await other.drop(`/start/pictures?${query('pictures', 'a.png')}`, await head(1));
      assert.match((await other.ask(`/start/review?tray=${tray}`)).text, said);
      const { words, lack } = await face('pictures', 'a.png', other);
      if (finding) assert.match(words!, finding);
      else assert.match(lack!, said);
      await own.close();
    }
  });

  it('of a photo that is turned by its EXIF another square is cut than the one shown', async () => {
    // As a person sees it: 80 x 200, red above blue. In the file it lies on its side.
    const upright = await sharp({ create: { width: 80, height: 200, channels: 3, background: '#11c' } })
      .composite([{ input: { create: { width: 80, height: 100, channels: 3, background: '#c11' } }, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const photo = await sharp(await sharp(upright).rotate(-90).toBuffer())
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    await drop('anchor', 'photo.jpg', photo);
    const { text } = await person.ask(`/start/crop?${query('anchor', 'photo.jpg')}`);
    assert.match(text, /pixels, of 80 x 200/);
    assert.equal((await crop('anchor', 'photo.jpg', { left: 8, top: 104, side: 64 })).status, 200);
    const shown = await person.ask(`/start/preview/${tray}/anchor/photo.jpg`);
    assert.equal(shown.status, 200);
    const { dominant } = await sharp(Buffer.from(shown.text, 'latin1')).stats();
    assert.ok(dominant.b > 150 && dominant.r < 60, 'it is blue');
    const { width, height } = await sharp(Buffer.from(shown.text, 'latin1')).metadata();
    assert.deepEqual([width, height], [64, 64]);
    // Again: from the whole photo, not from what is left of it.
    assert.equal((await crop('anchor', 'photo.jpg', { left: 0, top: 0, side: 80 })).status, 200);
    assert.match(await lying(), /whole\/anchor\/photo\.jpg/);
    const whole = await person.ask(`/start/preview/${tray}/anchor/photo.jpg?whole`);
    assert.equal((await sharp(Buffer.from(whole.text, 'latin1')).metadata()).height, 200);
    assert.match((await crop('anchor', 'photo.jpg', { whole: 'yes' })).text, /The whole image is used/);
    assert.ok(!(await lying()).includes('whole/anchor/photo.jpg'));
  });

  it('a square beyond the image, too small or of no number, of no image or of another session is cut', async () => {
    await drop('pictures', 'a.png', await plain(300, 200).png().toBuffer());
    for (const [square, words] of [
      [{ left: 150, top: 0, side: 200 }, /reaches beyond the image, which has 300 x 200 pixels/],
      [{ left: 0, top: 0, side: 63 }, /at least 64 pixels a side/],
      [{ left: -1, top: 0, side: 100 }, /whole numbers of pixels/],
      [{ left: 1.5, top: 0, side: 100 }, /whole numbers of pixels/],
      [{ left: '1e9', top: 0, side: 100 }, /whole numbers of pixels/],
    ] as const) {
      const { status, text } = await crop('pictures', 'a.png', square);
      assert.ok(status === 409 || status === 400, String(status));
      assert.match(text, words);
    }
    assert.match((await crop('pictures', 'b.png', { left: 0, top: 0, side: 64 })).text, /There is no such image/);
    assert.match((await crop('pictures', '../x.png', { left: 0, top: 0, side: 64 })).text, /There is no such image/);
    const other = await entered(studio);
    for (const path of ['face', 'crop'])
      assert.equal((await other.ask(`/start/${path}?${query('pictures', 'a.png')}`)).status, 404, path);
  });

  it('a cropped image loses its caption, or stands beside the whole one in the set', async () => {
    await drop('pictures', 'a.png', await head(1));
    await person.change('/start/picture', { tray, place: 'pictures', name: 'a.png', caption: 'a red wall' });
    const { text } = await crop('pictures', 'a.png', { left: 20, top: 10, side: 300 });
    assert.match(text, /Training images: 1.*a\.png \(cropped\).*a red wall/s);
    const plan = await person.change('/start/plan', { project: 'name: own\ndataset: { images: ./pictures }\n', tray });
    assert.match(plan.text, /starts from your 1 image, 1 with captions/);
    // Dropped anew: nothing is left of the old one.
    await drop('pictures', 'a.png', await head(2));
    assert.ok(!(await person.ask(`/start/review?tray=${tray}`)).text.includes('(cropped)'));
  });

  it('the square proposed is not around the face, or reaches beyond the image', () => {
    assert.deepEqual(squareFor({ width: 1000, height: 600 }, [400, 200, 500, 320]), { left: 300, top: 110, side: 300 });
    assert.deepEqual(squareFor({ width: 1000, height: 600 }, [900, 0, 1000, 120]), { left: 700, top: 0, side: 300 });
    assert.deepEqual(squareFor({ width: 1000, height: 600 }, null), { left: 200, top: 0, side: 600 });
    assert.deepEqual(squareFor({ width: 90, height: 70 }, [10, 10, 20, 20]), { left: 0, top: 0, side: 64 });
  });
});
