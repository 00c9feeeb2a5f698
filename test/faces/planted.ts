import { float, int64, writeOnnx, type PlantedModel } from '../support/onnx.js';

/** Edge of the square that the planted detectors look at. */
export const side = 64;
const strides = [8, 16, 32];

interface Planted {
  box: readonly number[];
  points: readonly (readonly number[])[];
}

/** Answers `face` (in pixels of its square) from one cell of one stride, whatever it is shown. As InsightFace's file. */
export async function writeScrfd(path: string, { box, points }: Planted): Promise<void> {
  const [stride, column, row] = [16, 1, 2];
  const at = 2 * (row * (side / stride) + column) + 1;
  const [x, y] = [column * stride, row * stride];
  const tables = strides.flatMap((each) =>
    [1, 4, 10].map((width) => {
      const rows = 2 * (side / each) ** 2;
      const data = new Float32Array(rows * width);
      if (each === stride) {
        const [left, top, right, bottom] = box;
        const distances = [x - left, y - top, right - x, bottom - y];
        const values = { 1: [0.9 * stride], 4: distances, 10: points.flatMap(([px, py]) => [px - x, py - y]) }[width]!;
        data.set(
          values.map((value) => value / stride),
          at * width,
        );
      }
      return { name: `t${each}x${width}`, shape: [rows, width], data };
    }),
  );
  await writeOnnx(path, answering(tables));
}

/** The same face as YuNet's file answers it. */
export async function writeYuNet(path: string, { box, points }: Planted): Promise<void> {
  const [stride, column, row] = [32, 1, 0];
  const at = row * (side / stride) + column;
  const [left, top, right, bottom] = box;
  const [width, height] = [right - left, bottom - top];
  const centre = [(left + right) / 2 / stride - column, (top + bottom) / 2 / stride - row];
  const values = {
    cls: [0.81],
    obj: [1],
    bbox: [...centre, Math.log(width / stride), Math.log(height / stride)],
    kps: points.flatMap(([x, y]) => [x / stride - column, y / stride - row]),
  };
  const tables = strides.flatMap((each) =>
    Object.entries(values).map(([name, list]) => {
      const cells = (side / each) ** 2;
      const data = new Float32Array(cells * list.length);
      if (each === stride) data.set(list, at * list.length);
      return { name: `${name}_${each}`, shape: [1, cells, list.length], data };
    }),
  );
  await writeOnnx(path, answering(tables));
}

/** Embeds a face as the mean of each of its three planes. */
export const writeMeanColour = (path: string): Promise<void> =>
  writeOnnx(path, {
    inputs: [{ name: 'input.1', type: float, shape: ['N', 3, 112, 112] }],
    outputs: [{ name: '683', type: float, shape: ['N', 3] }],
    nodes: [meanOfPlanes('input.1', '683')],
    tables: [],
  });

/** Embeds a picture as the means of its planes, a text as the sum of its tokens' rows of `vectors`. */
export const writeClip = (path: string, vectors: number[][]): Promise<void> =>
  writeOnnx(path, {
    inputs: [
      { name: 'input_ids', type: int64, shape: ['texts', 77] },
      { name: 'pixel_values', type: float, shape: ['images', 3, 224, 224] },
      { name: 'attention_mask', type: int64, shape: ['texts', 77] },
    ],
    outputs: [
      { name: 'text_embeds', type: float, shape: ['texts', 3] },
      { name: 'image_embeds', type: float, shape: ['images', 3] },
    ],
    nodes: [
      { op: 'Gather', inputs: ['vectors', 'input_ids'], output: 'rows' },
      { op: 'Cast', inputs: ['attention_mask'], output: 'mask', attributes: { to: float } },
      { op: 'Unsqueeze', inputs: ['mask'], output: 'weights', attributes: { axes: [2] } },
      { op: 'Mul', inputs: ['rows', 'weights'], output: 'weighted' },
      { op: 'ReduceMean', inputs: ['weighted'], output: 'text_embeds', attributes: { axes: [1], keepdims: 0 } },
      meanOfPlanes('pixel_values', 'image_embeds'),
    ],
    tables: [{ name: 'vectors', shape: [vectors.length, 3], data: vectors.flat() }],
  });

const meanOfPlanes = (from: string, to: string) => {
  return { op: 'ReduceMean', inputs: [from], output: to, attributes: { axes: [2, 3], keepdims: 0 } };
};

function answering(tables: PlantedModel['tables']): PlantedModel {
  return {
    inputs: [{ name: 'input.1', type: float, shape: [1, 3, side, side] }],
    outputs: tables.map(({ name, shape }) => ({ name, type: float, shape })),
    nodes: tables.map(({ name }) => ({ op: 'Identity', inputs: [`${name}.table`], output: name })),
    tables: tables.map(({ name, ...table }) => ({ ...table, name: `${name}.table` })),
  };
}
