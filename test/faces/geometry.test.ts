import assert from 'node:assert/strict';
import { arcFaceTemplate, type Point } from '../../src/faces/models/embedder.js';
import { fitSimilarity, invertSimilarity, warp } from '../../src/faces/engine/alignment.js';
import { applySimilarity } from '../support/similarity.js';
import { byPlace, overlapOf, suppressNonMaxima, type Detection } from '../../src/faces/engine/boxes.js';
import { decodeUltraFace } from '../../src/faces/engine/ultraface.js';
import { expressionOf, fivePoints } from '../../src/faces/engine/landmarks.js';
import { angleOf } from '../../src/faces/engine/pose.js';

const near = (found: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected}`);

describe('identity: boxes', () => {
  it('two boxes that touch at an edge overlap by nothing, a box with itself by all', () => {
    assert.equal(overlapOf([0, 0, 10, 10], [10, 0, 20, 10]), 0);
    assert.equal(overlapOf([0, 0, 10, 10], [0, 0, 10, 10]), 1);
    near(overlapOf([0, 0, 10, 10], [5, 0, 15, 10]), 1 / 3);
  });

  it('an empty box divides nothing by nothing without NaN', () => {
    assert.equal(overlapOf([3, 3, 3, 3], [3, 3, 3, 3]), 0);
  });

  it('of a heap of boxes only the best-scored is a face, neighbours stay', () => {
    const heap: Detection[] = [
      { box: [0, 0, 10, 10], score: 0.7 },
      { box: [1, 0, 11, 10], score: 0.9 },
      { box: [30, 0, 40, 10], score: 0.66 },
    ];
    assert.deepEqual(
      suppressNonMaxima(heap, 0.4).map(({ score }) => score),
      [0.9, 0.66],
    );
  });

  it('a face at the edge does not win over one in the middle that is nearly as large', () => {
    const edge: Detection = { box: [0, 0, 22, 22], score: 0.99 };
    const middle: Detection = { box: [40, 40, 60, 60], score: 0.7 };
    assert.deepEqual(byPlace([edge, middle], 100, 100), [middle, edge]);
    assert.deepEqual(byPlace([], 100, 100), []);
  });

  it('detector output below the threshold is no face, corners scale with the image', () => {
    const scores = Float32Array.of(0.9, 0.1, 0.2, 0.8);
    const boxes = Float32Array.of(0, 0, 1, 1, 0.25, 0.5, 0.5, 0.75);
    const [face, ...others] = decodeUltraFace(scores, boxes, { workingWidth: 400, workingHeight: 200 });
    assert.equal(others.length, 0);
    assert.deepEqual(face.box, [100, 100, 200, 150]);
  });
});

describe('identity: alignment', () => {
  it('a planted turn, scale and shift is found again', () => {
    const planted = { a: 0.6, b: -0.35, shiftX: 20, shiftY: -7 };
    const moved = arcFaceTemplate.map((point) => applySimilarity(planted, point));
    const found = fitSimilarity(arcFaceTemplate, moved);
    for (const key of ['a', 'b', 'shiftX', 'shiftY'] as const) near(found[key], planted[key]);
  });

  it('there and back again is where it started', () => {
    const there = { a: 1.3, b: 0.4, shiftX: -3, shiftY: 12 };
    const [x, y] = applySimilarity(invertSimilarity(there), applySimilarity(there, [17, 29]));
    near(x, 17);
    near(y, 29);
  });

  it('landmarks that all fall on one point give no NaN', () => {
    const found = fitSimilarity([[5, 5] as Point, [5, 5] as Point], [arcFaceTemplate[0], arcFaceTemplate[1]]);
    assert.ok(Object.values(found).every(Number.isFinite));
  });

  it('sampling half way between two pixels gives their mean, and black outside', () => {
    const picture = { rgb: Buffer.from([0, 0, 0, 100, 50, 200]), workingWidth: 2, workingHeight: 1 };
    const half = warp(picture, { a: 1, b: 0, shiftX: -0.5, shiftY: 0 }, 1);
    assert.deepEqual([...half], [50, 25, 100]);
    assert.deepEqual([...warp(picture, { a: 1, b: 0, shiftX: -9, shiftY: 0 }, 1)], [0, 0, 0]);
  });
});

describe('identity: pose and landmarks', () => {
  it('all weight on bin 43 is 30 degrees; even weight is the middle', () => {
    const logits = new Float32Array(66).fill(-50);
    logits[43] = 50;
    assert.equal(angleOf(logits), 30);
    assert.equal(angleOf(new Float32Array(66)), -1.5);
  });

  it('huge logits do not overflow to NaN', () => {
    const logits = new Float32Array(66).fill(1e4);
    assert.ok(Number.isFinite(angleOf(logits)));
  });

  it('an open mouth measures more open than a closed one, whatever the size of the face', () => {
    const face = (gap: number, scale: number): Point[] =>
      Array.from({ length: 68 }, (_, i): Point => [i * scale, (i === 61 || i === 62 || i === 63 ? -gap : 0) * scale]);
    assert.ok(expressionOf(face(3, 1)).mouthOpen > expressionOf(face(0.1, 1)).mouthOpen);
    near(expressionOf(face(3, 1)).mouthOpen, expressionOf(face(3, 7)).mouthOpen, 0.002);
    assert.equal(fivePoints(face(0, 1)).length, 5);
  });
});
