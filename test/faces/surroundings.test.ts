import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { createAuditActivities } from '../../src/activities/audit-dataset.js';
import { openStore } from '../../src/artifacts/store.js';
import { loadPicture } from '../../src/faces/index.js';
import { surroundingsOf } from '../../src/faces/score/surroundings.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const box: [number, number, number, number] = [140, 80, 260, 220];
const rect = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;

/** A wall, a garment, a face that is brighter on its right. */
const drawn = async (wall: string, garment: string, height = 400): Promise<Buffer> => {
  const face = rect(140, 80, 60, 140, '#a08070') + rect(200, 80, 60, 140, '#d0b0a0');
  const shapes = rect(0, 0, 400, 400, wall) + rect(60, 260, 280, 140, garment) + face;
  return await sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="400" height="${height}">${shapes}</svg>`),
  )
    .png()
    .toBuffer();
};

describe('what is around a face', () => {
  after(removeTemporaryFolders);

  it('is the wall beside it, the garment below it, and the light on it', async () => {
    const { background, clothes, light } = surroundingsOf(await loadPicture(await drawn('#204060', '#c01020')), box);
    assert.deepEqual(background, [0x20, 0x40, 0x60]);
    assert.deepEqual(clothes, [0xc0, 0x10, 0x20]);
    assert.ok(light && light[2] > 15, String(light));
  });

  it('is not told of a garment below the edge, or of a wall that the head hides', async () => {
    const cut = await loadPicture(await drawn('#204060', '#c01020', 240));
    assert.equal(surroundingsOf(cut, box).clothes, null);
    assert.equal(surroundingsOf(cut, [20, 10, 380, 230]).background, null);
  });

  it('alike in a whole set and in no caption is found by the activity, with the images to redo', async () => {
    const store = await openStore(await temporaryFolder());
    const garments = ['#c01020', '#10a020', '#2040c0', '#e0e000', '#101010', '#f0f0f0'];
    const images = [];
    for (const [index, garment] of garments.entries()) {
      const image = await store.putBytes(await drawn('#d6d8da', garment), {
        name: `${index}.png`,
        mediaType: 'image/png',
      });
      images.push({ name: `m${index}.png`, image, caption: `mnaz, ${index % 2 ? 'lake' : 'freckles'}`, box });
    }
    const { auditDataset } = createAuditActivities({ store });
    const input = { trigger: 'mnaz', images };
    const { findings } = (await new MockActivityEnvironment().run(auditDataset, input)) as { findings: string[] };
    assert.deepEqual(
      findings.map((finding) => finding.split(':')[0]),
      [
        'the colour of the background is the same in 100% of the images and few captions name it, so the LoRA learns it with the face',
        'the light is the same in 100% of the images and few captions name it, so the LoRA learns it with the face',
        "'freckles' describes the face, so the LoRA binds the face to these words and not to the trigger",
      ],
    );
    assert.match(findings[0], /replace m1\.png, m3\.png, m5\.png by images with another$/);
  });
});
