import assert from 'node:assert/strict';
import { letterbox, unboxed } from '../../src/faces/engine/letterbox.js';
import { greyOf, stretch, wholeOf } from '../../src/faces/engine/pixels.js';
import { decodeScrfd } from '../../src/faces/engine/scrfd.js';
import { decodeYuNet } from '../../src/faces/engine/yunet.js';
import type { Tensor } from '../../src/faces/engine/inference.js';

const near = (found: readonly number[], expected: readonly number[], within = 1e-3) => {
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(found[at] - value) <= within, `${found.join(', ')} is not ${expected.join(', ')}`);
};

const empty = (rows: number, width: number): Tensor => ({ data: new Float32Array(rows * width), dims: [rows, width] });

/** SCRFD's nine tables for a square of 64 pixels, in the order of the file: scores, boxes, points, by stride. */
function scrfdTables(): Record<'scores' | 'boxes' | 'points', Tensor[]> {
  const rows = [8, 16, 32].map((stride) => (64 / stride) ** 2 * 2);
  return {
    scores: rows.map((count) => empty(count, 1)),
    boxes: rows.map((count) => empty(count, 4)),
    points: rows.map((count) => empty(count, 10)),
  };
}

/** Plants a face at a cell of stride 16: 2 strides to the left and up, 1 to the right, 1.5 down; nose on the cell. */
function plantScrfd(
  { scores, boxes, points }: ReturnType<typeof scrfdTables>,
  cell: number,
  anchor: number,
  score: number,
) {
  const row = cell * 2 + anchor;
  scores[1].data[row] = score;
  boxes[1].data.set([2, 2, 1, 1.5], row * 4);
  points[1].data.set([-1, -1, 1, -1, 0, 0, -1, 1, 1, 1], row * 10);
}

describe('identity: SCRFD, decoded', () => {
  it('distances count in strides from the cell, whichever of its two anchors found the face', () => {
    for (const anchor of [0, 1]) {
      const tables = scrfdTables();
      // The second row, third column of 4 x 4 cells: at (32, 16).
      plantScrfd(tables, 6, anchor, 0.8);
      const [face, ...others] = decodeScrfd([...tables.scores, ...tables.boxes, ...tables.points], 64);
      assert.equal(others.length, 0);
      near(face.box, [0, -16, 48, 40]);
      near(face.landmarks5!.flat(), [16, 0, 48, 0, 32, 16, 16, 32, 48, 32]);
      near([face.score], [0.8]);
    }
  });

  it('tables are told apart by their shape, in whatever order the file gives them', () => {
    const tables = scrfdTables();
    plantScrfd(tables, 6, 0, 0.8);
    const mixed = [...tables.points.toReversed(), ...tables.scores, ...tables.boxes.toReversed()];
    near(decodeScrfd(mixed, 64)[0].box, [0, -16, 48, 40]);
  });

  it('below the threshold there is no face; NaN is none either; of two anchors at one place only the better one', () => {
    const tables = scrfdTables();
    plantScrfd(tables, 6, 0, 0.7);
    plantScrfd(tables, 6, 1, 0.9);
    plantScrfd(tables, 9, 0, 0.49);
    plantScrfd(tables, 15, 0, NaN);
    const faces = decodeScrfd([...tables.scores, ...tables.boxes, ...tables.points], 64);
    assert.deepEqual(
      faces.map(({ score }) => score.toFixed(1)),
      ['0.9'],
    );
  });

  it('a detector without five points is refused in words, not decoded into nonsense', () => {
    const { scores, boxes } = scrfdTables();
    assert.throws(() => decodeScrfd([...scores, ...boxes], 64), /is not an SCRFD model with five points/);
  });
});

function yunetTables(): Record<string, Tensor> {
  return Object.fromEntries(
    [8, 16, 32].flatMap((stride) => {
      const cells = (64 / stride) ** 2;
      return Object.entries({ cls: 1, obj: 1, bbox: 4, kps: 10 }).map(([what, width]) => [
        `${what}_${stride}`,
        empty(cells, width),
      ]);
    }),
  );
}

describe('identity: YuNet, decoded', () => {
  it('score is the geometric mean, the centre counts from the cell, sizes are logarithms of strides', () => {
    const tables = yunetTables();
    // Row 1, column 2 of the 4 x 4 cells of stride 16.
    tables['cls_16'].data[6] = 0.81;
    tables['obj_16'].data[6] = 1;
    tables['bbox_16'].data.set([0.5, 0.25, Math.log(2), Math.log(3)], 24);
    tables['kps_16'].data.set([0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1], 60);
    const [face, ...others] = decodeYuNet(tables, 64);
    assert.equal(others.length, 0);
    near([face.score], [0.9]);
    near(face.box, [40 - 16, 20 - 24, 40 + 16, 20 + 24]);
    near(face.landmarks5!.flat(), [32, 16, 48, 16, 40, 24, 32, 32, 48, 32]);
  });

  it('scores beyond 0 to 1 are cut, so that no product of two negatives becomes a face', () => {
    const tables = yunetTables();
    tables['cls_8'].data[3] = -2;
    tables['obj_8'].data[3] = -2;
    assert.deepEqual(decodeYuNet(tables, 64), []);
  });

  it("another file's outputs are refused in words", () => {
    assert.throws(() => decodeYuNet({ scores: empty(4, 1) }, 64), /no output 'cls_8'/);
  });
});

describe('identity: images for the detectors', () => {
  const picture = (width: number, height: number, value = 200) => {
    return { rgb: Buffer.alloc(width * height * 3, value), workingWidth: width, workingHeight: height };
  };

  it('a wide and a tall image keep their shape at the top left, black beside it', () => {
    const wide = letterbox(picture(40, 20), 64);
    assert.deepEqual(
      [wide.scale, wide.pixels[0], wide.pixels[31 * 64 * 3], wide.pixels[32 * 64 * 3]],
      [1.6, 200, 200, 0],
    );
    const tall = letterbox(picture(20, 40), 64);
    assert.deepEqual([tall.pixels[31 * 3], tall.pixels[32 * 3], tall.pixels[63 * 64 * 3]], [200, 0, 200]);
  });

  it('boxes and points come back in the pixels of the image', () => {
    const face = unboxed({ box: [16, 32, 48, 64], score: 1, landmarks5: [[16, 32]] }, 1.6);
    near([...face.box, ...face.landmarks5![0]], [10, 20, 30, 40, 10, 20]);
  });

  it("stretching matches OpenCV's INTER_LINEAR to the bit", () => {
    // cv2.resize(np.arange(75).reshape(5, 5, 3) * 3 % 256, (3, 2)), OpenCV 5.0.
    const rgb = Buffer.from(Array.from({ length: 75 }, (_, i) => (i * 3) % 256));
    const source = { rgb, workingWidth: 5, workingHeight: 5 };
    assert.deepEqual([...stretch(source, wholeOf(source), 3, 2)], opencv);
  });

  it('a weight half way between two whole numbers becomes the even one, as in OpenCV', () => {
    const two = { rgb: Uint8Array.from([0, 0, 0, 255, 255, 255]), workingWidth: 2, workingHeight: 1 };
    // Column 1036 lies 12.5 / 2048 beyond the first pixel.
    assert.equal(stretch(two, wholeOf(two), 4096, 1)[1036 * 3], 1);
  });

  it('an image of one pixel stretches to one colour', () => {
    const source = picture(1, 1, 77);
    assert.ok(stretch(source, wholeOf(source), 4, 4).every((value) => value === 77));
  });

  it('grey is rounded, not cut', () => {
    assert.deepEqual([...greyOf([255, 255, 255, 10, 10, 10, 0, 0, 255])], [255, 10, 29]);
  });
});

const opencv = [37, 40, 43, 52, 55, 58, 66, 69, 72, 149, 152, 155, 164, 167, 170, 179, 182, 185];
