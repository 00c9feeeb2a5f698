import assert from 'node:assert/strict';
import { faceWordNotes, faceWordsOf } from '../../src/dataset/captions.js';
import { auditFusion, fusionWords, type AuditedImage } from '../../src/dataset/fusion.js';
import { seededRandom } from '../../src/sandbox/head/random.js';

const places: [string, [number, number, number]][] = [
  ['in a park', [90, 130, 70]],
  ['in a cafe', [95, 70, 55]],
  ['on a city street', [140, 145, 150]],
  ['plain green background', [40, 140, 70]],
  ['orange wall', [230, 130, 40]],
  ['at the beach', [180, 205, 225]],
];
const garments: [string, [number, number, number]][] = [
  ['red sweater', [190, 30, 35]],
  ['blue denim jacket', [70, 95, 140]],
  ['green hoodie', [45, 130, 75]],
  ['black blazer', [20, 20, 22]],
  ['yellow blouse', [235, 205, 70]],
  ['grey coat', [130, 130, 135]],
];
const lights: [string, [number, number, number]][] = [
  ['daylight', [72, 14, 1]],
  ['warm light', [64, 26, 4]],
  ['cold light', [66, 4, -3]],
  ['dim light', [44, 15, 9]],
];
const poses = ['front view', 'three-quarter view, head turned 30 degrees to the left of the picture', 'looking up'];

/** A set as AZIT captions it, or as a careful person does: some captions leave things out. */
function cleanSet(seed: number, count = 24): AuditedImage[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const near = ([a, b, c]: [number, number, number], by: number) =>
    [a, b, c].map((value) => value + by * (random() - 0.5)) as [number, number, number];
  return Array.from({ length: count }, (_, index) => {
    const [place, garment, light] = [pick(places), pick(garments), pick(lights)];
    const said = [place, garment, light].filter(() => random() < 0.8).map(([words]) => words);
    const caption = ['mnaz', 'photo', pick(poses), pick(['close-up', 'bust', 'half body']), ...said].join(', ');
    const around = { background: near(place[1], 16), clothes: near(garment[1], 16), light: near(light[1], 4) };
    return { name: `image-${index}`, caption, around };
  });
}

type Change = (image: AuditedImage, index: number) => AuditedImage;
const saying =
  (words: string, every = 1): Change =>
  (image, index) =>
    index % 10 < 10 * every ? { ...image, caption: `${image.caption}, ${words}` } : image;
/** The same in every image, and no caption says it. */
const showing = (part: 'background' | 'clothes' | 'light', value: [number, number, number], every = 1): Change => {
  const said = [places, garments, lights][['background', 'clothes', 'light'].indexOf(part)].map(([words]) => words);
  return (image, index) => {
    if (index % 10 >= 10 * every || !image.around) return image;
    const caption = image.caption.split(', ').filter((phrase) => !said.includes(phrase));
    return { ...image, caption: caption.join(', '), around: { ...image.around, [part]: value } };
  };
};

const planted: [string, Change, RegExp][] = [
  ['a red scarf in every caption', saying('red scarf'), /^'red scarf' is in the captions of 100%/],
  ['glasses in every caption', saying('round glasses'), /^'round glasses'/],
  ['one place in nine of ten', saying('kitchen', 0.9), /^'kitchen' is in the captions of 9\d%/],
  ['a necklace in four of five and more', saying('gold necklace', 0.9), /^'gold necklace'/],
  ['one style in every caption', saying('film grain, kodak'), /^'film grain kodak'/],
  ['a grey wall in every image', showing('background', [212, 214, 216]), /^the colour of the background .* 100%/],
  ['a dark wall in nine of ten', showing('background', [25, 24, 28], 0.9), /^the colour of the background/],
  ['a white t-shirt in every image', showing('clothes', [240, 240, 238]), /^the colour of the clothes/],
  ['a black one in nine of ten', showing('clothes', [15, 15, 16], 0.9), /^the colour of the clothes/],
  ['one light in every image', showing('light', [70, 12, 0]), /^the light is the same/],
];

describe('the audit of what is fused with the trigger', () => {
  for (const [index, [what, change, found]] of planted.entries())
    it(`misses ${what}`, () => {
      const fusions = auditFusion(cleanSet(100 + index).map(change), 'mnaz');
      const words = fusions.map(fusionWords);
      assert.ok(
        words.some((one) => found.test(one)),
        words.join('\n'),
      );
      assert.equal(fusions.length, 1, words.join('\n'));
      const { redo, share } = fusions[0];
      assert.equal(redo.length, Math.ceil(share * 24 - 12));
    });

  // As measured on the sandbox's images: one sweater in four lights, and one light from the side on heads at -20, 0 and 20.
  it('misses a garment that the light makes darker, or a light that falls otherwise on a turned head', () => {
    const lit: [[number, number, number], [number, number, number]][] = [
      [
        [194, 24, 35],
        [62, 27, 1],
      ],
      [
        [105, 19, 24],
        [43, 13, -25],
      ],
      [
        [180, 26, 39],
        [56, 19, -3],
      ],
      [
        [171, 29, 45],
        [59, 13, 1],
      ],
      [
        [84, 18, 20],
        [39, 12, -13],
      ],
    ];
    const dark = (image: AuditedImage, index: number): AuditedImage => {
      const [clothes, light] = lit[index % lit.length];
      return { ...image, caption: 'mnaz, photo', around: { ...image.around!, clothes, light } };
    };
    assert.deepEqual(
      auditFusion(cleanSet(11, 20).map(dark), 'mnaz').map(({ what }) => what),
      ['the colour of the clothes'],
    );
    const aside: [number, number, number][] = [
      [38, 16, -11],
      [39, 16, -27],
      [41, 17, -8],
    ];
    const turned = cleanSet(12).map((image, index) => showing('light', aside[index % 3])(image, index));
    assert.deepEqual(
      auditFusion(turned, 'mnaz').map(({ what }) => what),
      ['the light'],
    );
    // From the other side it is another light.
    const both = cleanSet(13).map((image, index) => showing('light', [50, 12, index % 2 ? 22 : -22])(image, index));
    assert.deepEqual(auditFusion(both, 'mnaz'), []);
  });

  it('finds in ten clean sets what is not there', () => {
    const found = Array.from({ length: 10 }, (_, seed) => auditFusion(cleanSet(seed), 'mnaz').map(fusionWords)).flat();
    assert.ok(found.length <= 1, found.join('\n'));
  });

  it('takes a wall that every caption names for unsaid: its words are told instead', () => {
    const grey = showing('background', [212, 214, 216]);
    const set = cleanSet(7).map((image, index) => saying('grey wall')(grey(image, index), index));
    assert.deepEqual(
      auditFusion(set, 'mnaz').map(({ kind, what }) => [kind, what]),
      [['said', "'grey wall'"]],
    );
  });

  it('says something of a set of three, or of one that nothing was measured of', () => {
    assert.deepEqual(auditFusion(cleanSet(1, 3).map(saying('scarf')), 'mnaz'), []);
    const unmeasured = cleanSet(2).map((image) => ({ ...image, around: null }));
    assert.deepEqual(auditFusion(unmeasured, 'mnaz'), []);
  });
});

describe('captions that describe the face', () => {
  it('are told with the words that take the face from the trigger', () => {
    const [first, second] = faceWordNotes([
      { name: 'a.jpg', caption: 'mnaz, blue eyes, freckles, red sweater' },
      { name: 'b.jpg', caption: 'mnaz with Blue eyes in a park' },
    ]);
    assert.equal(
      first,
      "'blue eyes' describes the face, so the LoRA binds the face to these words and not to the trigger: remove it from the captions of a.jpg, b.jpg",
    );
    assert.match(second, /^'freckles' .* caption of a\.jpg$/);
  });

  it('are told of what varies: closed eyes, make-up, a face in shadow, a round table', () => {
    const varied = 'mnaz, eyes closed, blue eye shadow, red lips, face in shadow, long hair, round table, head turned';
    assert.deepEqual(faceWordsOf(varied), []);
  });
});

describe('dataset: what few images show', () => {
  it('is judged by those images, of which some are named to be replaced', () => {
    const images = cleanSet(5, 20).map((image, index): AuditedImage => {
      const around = { ...image.around!, clothes: index < 8 ? ([190, 30, 35] as const) : null };
      return { ...image, caption: 'mnaz, photo', around };
    });
    const found = auditFusion(images, 'mnaz').find(({ what }) => what === 'the colour of the clothes')!;
    assert.deepEqual([found.share, found.of, found.redo.length], [1, 8, 4]);
    assert.match(fusionWords(found), /in 100% of the 8 images that show it and few .* replace image-1, image-3, /);
  });
});
