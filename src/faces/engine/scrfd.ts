import { type Point, evenly } from '../models/embedder.js';
import { suppressNonMaxima, type Detection } from './boxes.js';
import { ModelError } from '../models/errors.js';
import type { Tensor } from './inference.js';
import { letterbox, letterboxSize, unboxed } from './letterbox.js';
import { planesOf, type Pixels } from './pixels.js';
import type { Model } from './sessions.js';

const colours = evenly(127.5, 128);
const strides = [8, 16, 32];
/** Faces that one cell of the grid may stand for. */
const anchors = 2;
const leastScore = 0.5;
const overlapLimit = 0.4;

/** SCRFD with five points (det_10g.onnx, scrfd_*_bnkps.onnx), as InsightFace runs it. Best score first. */
export async function findByScrfd(model: Model, picture: Pixels): Promise<Detection[]> {
  const size = model.shape[2] ?? letterboxSize;
  const { pixels, scale } = letterbox(picture, size);
  const outputs = Object.values(await model.run(planesOf(pixels, colours), [1, 3, size, size]));
  return decodeScrfd(outputs, size).map((face) => unboxed(face, scale));
}

/**
 * Nine tables in any order, one row an anchor: a score, four distances from the cell to the box's sides, five points
 * relative to the cell; distances and points in strides. The files name them by numbers, so they are told apart by
 * their widths and lengths. Pixels of the square.
 * @throws ModelError where they are not SCRFD's
 */
export function decodeScrfd(outputs: readonly Tensor[], size: number): Detection[] {
  const found = strides.flatMap((stride) => {
    const cells = Math.ceil(size / stride);
    const rows = cells * cells * anchors;
    const [scores, boxes, points] = [1, 4, 10].map((width) => tableOf(outputs, rows, width));
    const faces: Detection[] = [];
    for (let row = 0; row < rows; row++) {
      const score = scores[row];
      if (!(score >= leastScore)) continue;
      const cell = Math.floor(row / anchors);
      const [x, y] = [(cell % cells) * stride, Math.floor(cell / cells) * stride];
      const [left, top, right, bottom] = boxes.subarray(row * 4, row * 4 + 4).map((value) => value * stride);
      faces.push({
        box: [x - left, y - top, x + right, y + bottom],
        score,
        landmarks5: Array.from({ length: 5 }, (_, i): Point => {
          return [x + points[row * 10 + i * 2] * stride, y + points[row * 10 + i * 2 + 1] * stride];
        }),
      });
    }
    return faces;
  });
  return suppressNonMaxima(found, overlapLimit);
}

function tableOf(outputs: readonly Tensor[], rows: number, width: number): Float32Array {
  const table = outputs.find(({ data, dims }) => dims.at(-1) === width && data.length === rows * width);
  if (table) return table.data;
  throw new ModelError(
    'unusable',
    `The detector is not an SCRFD model with five points: it has no output of ${rows} rows by ${width}. ` +
      'Use det_10g.onnx (buffalo_l) or scrfd_10g_bnkps.onnx (antelopev2).',
  );
}
