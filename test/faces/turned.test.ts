import assert from 'node:assert/strict';
import sharp from 'sharp';
import { cosine } from '../../src/faces/engine/embedding.js';
import type { FaceMeasurement, MeasuredFace } from '../../src/faces/engine/engine.js';
import { byPlace, oddsOf } from '../../src/faces/engine/boxes.js';
import { facing } from '../../src/faces/score/matching-face.js';
import { engine, head, plain } from './heads.js';

describe('faces: the right face, the right way up', function () {
  this.timeout(120_000);

  for (const [turned, back] of [
    [90, 270],
    [180, 180],
    [270, 90],
  ])
    it(`a photo that lies turned by ${turned} degrees is scored near 0 in silence`, async () => {
      const { measure } = await engine();
      for (const [seed, view] of [
        [1, 'front view'],
        [5, 'yaw -35'],
      ] as const) {
        const png = await plain(600, 440)
          .composite([{ input: await head(seed, view), left: 180, top: 30 }])
          .png()
          .toBuffer();
        const upright = await measure(png);
        assert.equal(upright.turned, undefined);
        const lying = await measure(await sharp(png).rotate(turned).png().toBuffer());
        assert.equal(lying.turned, back, view);
        assert.ok(lying.chosen && upright.chosen);
        assert.ok(cosine(lying.chosen.embedding, upright.chosen.embedding) > 0.97);
        const [width, height] = turned === 180 ? [600, 440] : [440, 600];
        assert.deepEqual([lying.width, lying.height], [width, height]);
        // The box is that of the picture as it lies.
        const [x, y] = centreOf(upright.chosen);
        const expected = { 90: [440 - y, x], 180: [600 - x, 440 - y], 270: [y, 600 - x] }[turned]!;
        const found = centreOf(lying.chosen);
        assert.ok(Math.hypot(found[0] - expected[0], found[1] - expected[1]) < 12, `${found} ${expected}`);
      }
    });

  it('a head that is turned far, or tilted a little, is taken for one that lies on its side', async () => {
    const { measure } = await engine();
    for (const view of ['yaw 60', 'yaw -60', 'front view, pitch 15'])
      assert.equal((await measure(await head(3, view))).turned, undefined, view);
    const tilted = await sharp(await head(3))
      .rotate(20, { background: '#888' })
      .png()
      .toBuffer();
    assert.equal((await measure(tilted)).turned, undefined);
  });

  const unit = (first: number): Float32Array => Float32Array.from([first, Math.sqrt(1 - first ** 2)]);
  const face = (likeness: number, certainty: number): MeasuredFace =>
    ({ certainty, embedding: unit(likeness), pose: { yaw: 0, pitch: 0, roll: 0 } }) as MeasuredFace;
  const scoredOf = (...faces: MeasuredFace[]) => {
    const [chosen, ...others] = faces;
    return faces.indexOf(
      facing({ chosen, others } as unknown as FaceMeasurement, [{ embedding: unit(1), yaw: 0 }]).chosen!,
    );
  };

  it('a phantom in a blurred light is scored, since by chance it is a little liker than the person', () => {
    assert.equal(scoredOf(face(0.12, 0.95), face(0.05, 1)), 1);
    assert.equal(scoredOf(face(0.2, 0.68), face(0.1, 1)), 1);
  });

  it('the person in profile, of whom the detector is less sure, loses to a stranger', () => {
    assert.equal(scoredOf(face(0.1, 1), face(0.5, 0.9)), 1);
    assert.equal(scoredOf(face(0.5, 0.999), face(0.45, 1)), 0);
  });

  it('a larger phantom beats the face that the detector is sure of', () => {
    const [phantom, person] = [
      { box: [0, 0, 200, 200] as [number, number, number, number], score: 0.95 },
      { box: [300, 300, 400, 400] as [number, number, number, number], score: 1 },
    ];
    assert.equal(byPlace([person, phantom], 600, 600)[0], phantom);
    assert.ok(200 ** 2 * oddsOf(phantom.score) < 100 ** 2 * oddsOf(person.score));
  });
});

const centreOf = ({ box: [left, top, right, bottom] }: MeasuredFace): [number, number] => [
  (left + right) / 2,
  (top + bottom) / 2,
];
