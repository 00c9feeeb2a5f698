import type { Similarity } from '../../src/faces/engine/alignment.js';
import type { Point } from '../../src/faces/models/embedder.js';

export function applySimilarity({ a, b, shiftX, shiftY }: Similarity, [x, y]: Point): Point {
  return [a * x - b * y + shiftX, b * x + a * y + shiftY];
}
