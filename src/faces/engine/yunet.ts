import { type Point, evenly } from '../models/embedder.js';
import { suppressNonMaxima, type Detection } from './boxes.js';
import { ModelError } from '../models/errors.js';
import type { Tensor } from './inference.js';
import { letterbox, letterboxSize, unboxed } from './letterbox.js';
import { planesOf, type Pixels } from './pixels.js';
import type { Model } from './sessions.js';

/** Plain bytes, blue first: the file holds its own normalisation. */
const colours = evenly(0, 1, 'bgr');
const strides = [8, 16, 32];
/** OpenCV's demo asks for 0.9, made for cameras; its own default is 0.7. */
const leastScore = 0.7;
const overlapLimit = 0.3;

/** YuNet of OpenCV Zoo (face_detection_yunet_2023mar.onnx), decoded as OpenCV's FaceDetectorYN. Best score first. */
export async function findByYuNet(model: Model, picture: Pixels): Promise<Detection[]> {
  const size = model.shape[2] ?? letterboxSize;
  const { pixels, scale } = letterbox(picture, size);
  const outputs = await model.run(planesOf(pixels, colours), [1, 3, size, size]);
  return decodeYuNet(outputs, size).map((face) => unboxed(face, scale));
}

/**
 * For each stride S a row a cell: `cls_S` and `obj_S` (their geometric mean is the score), `bbox_S` (centre from the
 * cell in strides, logarithm of width and height in strides), `kps_S` (five points from the cell in strides). Pixels
 * of the square.
 * @throws ModelError where they are not YuNet's
 */
export function decodeYuNet(outputs: Readonly<Record<string, Tensor>>, size: number): Detection[] {
  const found = strides.flatMap((stride) => {
    const cells = Math.ceil(size / stride);
    const [cls, obj, bbox, kps] = ['cls', 'obj', 'bbox', 'kps'].map((what) => tableOf(outputs, `${what}_${stride}`));
    const faces: Detection[] = [];
    for (let cell = 0; cell < cells * cells; cell++) {
      const score = Math.sqrt(share(cls[cell]) * share(obj[cell]));
      if (!(score >= leastScore)) continue;
      const [column, row] = [cell % cells, Math.floor(cell / cells)];
      const [x, y] = [(column + bbox[cell * 4]) * stride, (row + bbox[cell * 4 + 1]) * stride];
      const [w, h] = [Math.exp(bbox[cell * 4 + 2]) * stride, Math.exp(bbox[cell * 4 + 3]) * stride];
      faces.push({
        box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2],
        score,
        landmarks5: Array.from({ length: 5 }, (_, i): Point => {
          return [(kps[cell * 10 + i * 2] + column) * stride, (kps[cell * 10 + i * 2 + 1] + row) * stride];
        }),
      });
    }
    return faces;
  });
  return suppressNonMaxima(found, overlapLimit);
}

const share = (value: number): number => Math.min(1, Math.max(0, value));

function tableOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  if (outputs[name]) return outputs[name].data;
  throw new ModelError(
    'unusable',
    `The detector is not the 2023 version of YuNet: it has no output '${name}'. Use face_detection_yunet_2023mar.onnx.`,
  );
}
