import type { Point } from '../models/embedder.js';
import { suppressNonMaxima, type Box, type Detection } from './boxes.js';
import { stretch, wholeOf, type Crop, type Pixels } from './pixels.js';

export type Find = (pixels: Pixels) => Promise<Detection[]>;

/** Longer side of the picture within its frame: a face that fills it is large enough in any detector's eyes. */
const framedSide = 320;
/** Of the longer side, on each side. */
const frameShare = 0.75;

/**
 * Looks at the picture in a black frame: detectors learn faces with something around them, and overlook one that fills
 * the picture to its edges.
 */
export async function findInFrame(find: Find, picture: Pixels): Promise<Detection[]> {
  const { workingWidth, workingHeight } = picture;
  const scale = framedSide / Math.max(workingWidth, workingHeight);
  const [width, height] = [workingWidth, workingHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const frame = Math.round(framedSide * frameShare);
  const small = stretch(picture, wholeOf(picture), width, height);
  const outer = { workingWidth: width + 2 * frame, workingHeight: height + 2 * frame };
  const rgb = new Uint8Array(outer.workingWidth * outer.workingHeight * 3);
  for (let y = 0; y < height; y++)
    rgb.set(small.subarray(y * width * 3, (y + 1) * width * 3), ((y + frame) * outer.workingWidth + frame) * 3);
  const found = await find({ rgb, ...outer });
  return found.map((face) =>
    moved(face, ([x, y]) => [((x - frame) * workingWidth) / width, ((y - frame) * workingHeight) / height]),
  );
}

/** A face of 32 pixels has 21 of the 320 that UltraFace sees of a tile this large. */
const tileSide = 480;
/** A larger picture gets larger tiles: at most 16 looks. */
const mostTilesAcross = 3;
/** Each tile shares this much with the next, so that every small face is whole in one. */
const sharedShare = 0.25;
/** Many looks see more that is no face: asked to be surer than with one. */
const leastTileScore = 0.8;
const overlapLimit = 0.4;

/** Looks at the picture tile by tile, for faces too small to be seen in the whole. */
export async function findInTiles(find: Find, picture: Pixels): Promise<Detection[]> {
  const { workingWidth, workingHeight } = picture;
  const side = Math.max(tileSide, Math.ceil(Math.max(workingWidth, workingHeight) / mostTilesAcross));
  if (workingWidth <= side && workingHeight <= side) return [];
  const found: Detection[] = [];
  for (const top of startsOf(workingHeight, side))
    for (const left of startsOf(workingWidth, side)) {
      const tile = { left, top, width: Math.min(side, workingWidth), height: Math.min(side, workingHeight) };
      const faces = await find(cutOut(picture, tile));
      found.push(...faces.map((face) => moved(face, ([x, y]) => [x + left, y + top])));
    }
  return suppressNonMaxima(
    found.filter(({ score }) => score >= leastTileScore),
    overlapLimit,
  );
}

/** Where tiles begin along one edge: evenly, the last one at its end. */
function startsOf(length: number, side: number): number[] {
  if (length <= side) return [0];
  const count = 1 + Math.ceil((length - side) / (side * (1 - sharedShare)));
  return Array.from({ length: count }, (_, at) => Math.round((at * (length - side)) / (count - 1)));
}

function cutOut({ rgb, workingWidth }: Pixels, { left, top, width, height }: Crop): Pixels {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * workingWidth + left) * 3;
    out.set(rgb.subarray(from, from + width * 3), y * width * 3);
  }
  return { rgb: out, workingWidth: width, workingHeight: height };
}

function moved({ box: [left, top, right, bottom], score, landmarks5 }: Detection, to: (point: Point) => Point) {
  const box: Box = [...to([left, top]), ...to([right, bottom])];
  return { box, score, landmarks5: landmarks5?.map(to) };
}
