import type { Point } from '../models/embedder.js';
import type { Box } from './boxes.js';
import type { Picture } from './picture.js';
import { cropOf, greyOf, stretch } from './pixels.js';
import type { Expression } from '../../run/scored-picture.js';
import type { Model } from './sessions.js';
import { takeTensor } from './memory.js';

const size = 64;

/** The 68 points of the iBUG scheme in the working picture's pixels (fr_landmark.onnx; face box stretched, grey/256). */
export async function findLandmarks(model: Model, picture: Picture, box: Box): Promise<Point[]> {
  const crop = cropOf(picture, box);
  const grey = takeTensor(size * size);
  for (const [at, value] of greyOf(stretch(picture, crop, size, size)).entries()) grey[at] = value / 256;
  const [output] = Object.values(await model.run(grey, [1, 1, size, size]));
  const shares = output.data;
  return Array.from({ length: 68 }, (_, i) => [
    crop.left + shares[i * 2] * crop.width,
    crop.top + shares[i * 2 + 1] * crop.height,
  ]);
}

/** Left eye, right eye, nose, left and right mouth corner, as seen in the picture. */
export function fivePoints(points: readonly Point[]): Point[] {
  return [
    middle(points, 37, 38, 40, 41),
    middle(points, 43, 44, 46, 47),
    points[30],
    middle(points, 48, 60),
    middle(points, 54, 64),
  ];
}

export function expressionOf(points: readonly Point[]): Expression {
  const between = (a: number, b: number) => distance(points[a], points[b]);
  const eyes = distance(middle(points, 36, 37, 38, 39, 40, 41), middle(points, 42, 43, 44, 45, 46, 47));
  const gap = (between(61, 67) + between(62, 66) + between(63, 65)) / 3;
  const eye = (a: number) => ratio(between(a + 1, a + 5) + between(a + 2, a + 4), 2 * between(a, a + 3));
  return {
    mouthOpen: ratio(gap, between(60, 64)),
    mouthWidth: ratio(between(48, 54), eyes),
    eyesOpen: ratio(eye(36) + eye(42), 2),
  };
}

const ratio = (over: number, under: number): number => Math.round((1000 * over) / Math.max(1e-6, under)) / 1000;

function middle(points: readonly Point[], ...indices: number[]): Point {
  const sum = indices.reduce(([x, y], index) => [x + points[index][0], y + points[index][1]], [0, 0]);
  return [sum[0] / indices.length, sum[1] / indices.length];
}

const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(ax - bx, ay - by);
