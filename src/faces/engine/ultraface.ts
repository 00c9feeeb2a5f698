import { evenly } from '../models/embedder.js';
import { suppressNonMaxima, type Box, type Detection } from './boxes.js';
import { planesOf, stretch, wholeOf, type Pixels } from './pixels.js';
import type { Model } from './sessions.js';

// UltraFace RFB-320 as exported in fr_detect.onnx: the whole picture stretched to 320 x 240.
const width = 320;
const height = 240;
const colours = evenly(127, 128);
const leastScore = 0.65;
const overlapLimit = 0.4;

/** Faces in the working picture's pixels, best score first. */
export async function findByUltraFace(model: Model, picture: Pixels): Promise<Detection[]> {
  const input = planesOf(stretch(picture, wholeOf(picture), width, height), colours);
  const { scores, boxes } = await model.run(input, [1, 3, height, width]);
  return decodeUltraFace(scores.data, boxes.data, picture);
}

/** `scores`: [background, face] a candidate; `boxes`: corners as shares of the picture. */
export function decodeUltraFace(
  scores: Float32Array,
  boxes: Float32Array,
  { workingWidth: w, workingHeight: h }: Pick<Pixels, 'workingWidth' | 'workingHeight'>,
): Detection[] {
  const found: Detection[] = [];
  for (let i = 0; i < scores.length / 2; i++) {
    const score = scores[i * 2 + 1];
    if (score < leastScore) continue;
    const [left, top, right, bottom] = boxes.subarray(i * 4, i * 4 + 4);
    const box: Box = [left * w, top * h, right * w, bottom * h];
    found.push({ box, score });
  }
  return suppressNonMaxima(found, overlapLimit);
}
