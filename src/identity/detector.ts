import { suppressNonMaxima, type Box, type Detection } from './boxes.js';
import type { Picture } from './picture.js';
import { planesOf, stretch } from './pixels.js';
import type { Model } from './sessions.js';

// UltraFace RFB-320 as exported in fr_detect.onnx: the whole picture stretched to 320 x 240.
const width = 320;
const height = 240;
const leastScore = 0.65;
const overlapLimit = 0.4;

/** Faces in the working picture's pixels, best score first. */
export async function detectFaces(model: Model, picture: Picture): Promise<Detection[]> {
  const input = planesOf(await stretch(picture, width, height), (value) => (value - 127) / 128);
  const { scores, boxes } = await model.run(input, [1, 3, height, width]);
  return decodeFaces(scores.data as Float32Array, boxes.data as Float32Array, picture);
}

/** `scores`: [background, face] a candidate; `boxes`: corners as shares of the picture. */
export function decodeFaces(
  scores: Float32Array,
  boxes: Float32Array,
  { workingWidth: w, workingHeight: h }: Pick<Picture, 'workingWidth' | 'workingHeight'>,
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
